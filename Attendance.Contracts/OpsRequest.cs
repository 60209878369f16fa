namespace Attendance.Contracts;

/// <summary>A request of ops for an action, with its author and its reason.</summary>
/// <param name="By">An account's id or a service's name: 1 to 64 of A-Z a-z 0-9 . _ - .</param>
/// <param name="Why">The reason, 3 to 200 characters.</param>
public sealed record OpsRequest(string? By = null, string? Why = null)
{
    public const int MinWhy = 3;
    public const int MaxWhy = 200;

    /// <returns>The author and the reason, without white space around it.</returns>
    /// <exception cref="RequestException">The request is not valid. The exception names every field that is wrong.</exception>
    public (string By, string Why) Validate()
    {
        var errors = new Dictionary<string, string[]>();
        CheckBy(By, errors);
        CheckWhy(Why, errors);
        RequestException.ThrowIfAny(errors);
        return (By!, Why!.Trim());
    }

    internal static void CheckBy(string? by, Dictionary<string, string[]> errors)
    {
        if (!IdFormats.IsName(by))
        {
            errors["by"] = [IdFormats.NameRule];
        }
    }

    internal static void CheckWhy(string? why, Dictionary<string, string[]> errors)
    {
        if (why?.Trim() is not { Length: >= MinWhy and <= MaxWhy } text || text.Any(char.IsControl))
        {
            errors["why"] = [$"must be {MinWhy} to {MaxWhy} characters, in one line."];
        }
    }
}

/// <summary>A request of ops to take a camera back.</summary>
/// <param name="By">An account's id or a service's name: 1 to 64 of A-Z a-z 0-9 . _ - .</param>
/// <param name="Why">The reason, 3 to 200 characters.</param>
/// <param name="LeaseRef">The reference of the one lease to end; null for all leases of the camera.</param>
public sealed record ReleaseRequest(string? By = null, string? Why = null, string? LeaseRef = null)
{
    /// <returns>The author and the reason, without white space around it.</returns>
    /// <exception cref="RequestException">The request is not valid. The exception names every field that is wrong.</exception>
    public (string By, string Why) Validate()
    {
        var errors = new Dictionary<string, string[]>();
        OpsRequest.CheckBy(By, errors);
        OpsRequest.CheckWhy(Why, errors);
        if (LeaseRef is not null && !IdFormats.IsName(LeaseRef))
        {
            errors["lease_ref"] = [IdFormats.NameRule];
        }

        RequestException.ThrowIfAny(errors);
        return (By!, Why!.Trim());
    }
}

/// <param name="By">An account's id or a service's name: 1 to 64 of A-Z a-z 0-9 . _ - .</param>
public sealed record AcknowledgeRequest(string? By = null)
{
    /// <exception cref="RequestException">The request is not valid. The exception names the field.</exception>
    public string Validate()
    {
        var errors = new Dictionary<string, string[]>();
        OpsRequest.CheckBy(By, errors);
        RequestException.ThrowIfAny(errors);
        return By!;
    }
}
