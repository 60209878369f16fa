using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attendance.Web.Privacy;

/// <summary>Says in words what an export has, so that a page shows the same as the file.</summary>
internal static class KeptWords
{
    /// <summary>How many items of a list a page shows. The file has all of them.</summary>
    public const int Shown = 100;

    public static string OfName(string name) => name.Replace('_', ' ');

    /// <summary>Returns the words for a value, or null if it is a group or a list to be shown by itself.</summary>
    public static string? OfValue(JsonNode? node) => node switch
    {
        null => "—",
        JsonArray { Count: 0 } => "none",
        JsonArray array when array.All(each => each is JsonValue value && value.GetValueKind() == JsonValueKind.Number) => $"{array.Count} numbers",
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.String => OfText(value.GetValue<JsonElement>().GetString()!),
            _ => value.ToString(),
        },
        _ => null,
    };

    private static string OfText(string text) =>
        text.Length > 10 && text[10] == 'T' && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : text;
}
