using System.Text.Json;
using Attendance.Web.Data;

namespace Attendance.Web.Import;

/// <summary>What an item of an import says. It is stored encrypted, because it names people.</summary>
/// <param name="Title">Whom or what it is about, as the lists of the page show it.</param>
internal sealed record ImportContent(string Title)
{
    private static readonly JsonSerializerOptions s_json = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>The number of the person, or what else tells items of one title apart.</summary>
    public string? Number { get; init; }

    public IReadOnlyList<ImportChange>? Changes { get; init; }

    /// <summary>What the operator should know about it, although it can be applied.</summary>
    public string? Note { get; init; }

    /// <summary>Why it is refused.</summary>
    public string? Problem { get; init; }

    /// <summary>What the operator may say so that it is not refused, or null.</summary>
    public string? Question { get; init; }

    /// <summary>When the operator said it.</summary>
    public DateTime? AnsweredAt { get; init; }

    /// <summary>What the kind of import needs to apply it, as JSON.</summary>
    public string? Data { get; init; }

    public T Read<T>() => JsonSerializer.Deserialize<T>(Data!, s_json)!;

    public ImportContent With<T>(T data) => this with { Data = JsonSerializer.Serialize(data, s_json) };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    public static ImportContent FromBytes(byte[] bytes) => JsonSerializer.Deserialize<ImportContent>(bytes, s_json)!;
}

/// <param name="Field">What changes, such as the full name.</param>
/// <param name="From">What is there, or null for nothing.</param>
/// <param name="To">What will be there, or null for nothing.</param>
internal sealed record ImportChange(string Field, string? From, string? To);

/// <summary>An item whose content is decrypted.</summary>
internal sealed record ImportEntry(int Position, ImportVerdict Verdict, Guid? PersonId, ImportContent Content);

/// <summary>What became of an item when it was applied.</summary>
/// <param name="Problem">Why it was refused. Null with every other verdict.</param>
internal sealed record AppliedEntry(ImportEntry Entry, ImportVerdict Verdict, string? Problem = null);
