using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

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
        JsonArray { Count: 0 } => T("none"),
        JsonArray array when array.All(each => each is JsonValue value && value.GetValueKind() == JsonValueKind.Number) => T("{0} numbers", Show.Number(array.Count)),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.True => T("yes"),
            JsonValueKind.False => T("no"),
            JsonValueKind.String => OfText(value.GetValue<JsonElement>().GetString()!),
            _ => value.ToString(),
        },
        _ => null,
    };

    private static string OfText(string text) =>
        text.Length > 10 && text[10] == 'T' && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? Show.Moment(time)
            : text;
}
