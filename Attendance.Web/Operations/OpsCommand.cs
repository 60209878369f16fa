using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Operations;

/// <summary>The fields that a command may have in its body.</summary>
[Flags]
internal enum OpsFields
{
    None = 0,
    Why = 1,
    Scope = 2, // force and dry_run
}

/// <summary>
/// A command of an administrator. Only the values that were understood here are sent on, in a new body. It names the signed-in account
/// as its author, and never what the request claims.
/// </summary>
internal sealed record OpsCommand(
    [property: JsonPropertyName("force"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Force,
    [property: JsonPropertyName("dry_run"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool DryRun,
    [property: JsonPropertyName("by"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? By,
    [property: JsonPropertyName("why"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Why)
{
    private const int ShortestWhy = 3, LongestWhy = 200;

    /// <returns>The command or the problem. Exactly one of them is null.</returns>
    public static ValueTask<(OpsCommand? Command, ProblemHttpResult? Problem)> ReadAsync(
        HttpRequest request, OpsFields fields, string by, CancellationToken cancellationToken) =>
        StrictJson.ReadAsync(request, acceptsText: false, root => Understand(root, fields, by), cancellationToken);

    /// <summary>Replaces the body, the content type and the query string of the request.</summary>
    public void WriteTo(HttpRequest request)
    {
        request.QueryString = default;
        request.ContentType = MediaTypeNames.Application.Json;
        BoundedBody.Replace(request, JsonSerializer.SerializeToUtf8Bytes(this));
    }

    private static (OpsCommand?, ProblemHttpResult?) Understand(JsonElement root, OpsFields fields, string by)
    {
        string? why = null;
        bool force = false, isDryRun = false;
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "why" when fields.HasFlag(OpsFields.Why):
                    why = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()!.Trim() : "";
                    break;
                case "force" when fields.HasFlag(OpsFields.Scope) && IsTruth(property.Value):
                    force = property.Value.GetBoolean();
                    break;
                case "dry_run" when fields.HasFlag(OpsFields.Scope) && IsTruth(property.Value):
                    isDryRun = property.Value.GetBoolean();
                    break;
                case "force" or "dry_run" when fields.HasFlag(OpsFields.Scope):
                    return (null, ApiProblems.Invalid(property.Name, "must be true or false."));
                case "by":
                    return (null, ApiProblems.Invalid("by", "must not be sent: it is whoever is signed in."));
                default:
                    return (null, ApiProblems.Invalid("body", fields switch
                    {
                        OpsFields.None => "must be an empty JSON object.",
                        OpsFields.Why => "may hold 'why' only.",
                        _ => "may hold 'why', 'force' and 'dry_run' only.",
                    }));
            }
        }

        // A dry run needs no reason.
        var mustSayWhy = fields.HasFlag(OpsFields.Why) && !isDryRun;
        return (why, mustSayWhy) switch
        {
            (null, false) => (new OpsCommand(force, isDryRun, isDryRun ? null : by, null), null),
            ({ Length: >= ShortestWhy and <= LongestWhy }, _) when !why.Any(char.IsControl) => (new OpsCommand(force, isDryRun, by, why), null),
            _ => (null, ApiProblems.Invalid("why", $"must be {ShortestWhy} to {LongestWhy} characters, in one line.")),
        };
    }

    private static bool IsTruth(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;
}
