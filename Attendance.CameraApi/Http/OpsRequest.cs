namespace Attendance.CameraApi.Http;

/// <summary>A request of ops for an action, with its author and its reason.</summary>
/// <param name="By">An account's id or a service's name: 1 to 64 of A-Z a-z 0-9 . _ - .</param>
/// <param name="Why">The reason, 3 to 200 characters.</param>
internal sealed record OpsRequest(string? By, string? Why)
{
    private const int MinWhy = 3;
    private const int MaxWhy = 200;

    public static async Task<(string By, string Why)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<OpsRequest>(request, absent: null, cancellationToken);
        var errors = new Dictionary<string, string[]>();
        CheckBy(body.By, errors);
        CheckWhy(body.Why, errors);
        return errors.Count > 0 ? throw new RequestException(errors) : (body.By!, body.Why!.Trim());
    }

    public static void CheckBy(string? by, Dictionary<string, string[]> errors)
    {
        if (!Identifiers.IsName(by))
        {
            errors["by"] = ["must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit."];
        }
    }

    public static void CheckWhy(string? why, Dictionary<string, string[]> errors)
    {
        if (why?.Trim() is not { Length: >= MinWhy and <= MaxWhy } text || text.Any(char.IsControl))
        {
            errors["why"] = [$"must be {MinWhy} to {MaxWhy} characters, in one line."];
        }
    }
}
