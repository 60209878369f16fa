namespace Attendance.ServiceDefaults.Webhooks;

/// <summary>Says which addresses a webhook may have, wherever it is configured.</summary>
public static class WebhookAddress
{
    /// <returns>What is wrong with the address, as the rest of a sentence that begins with its name. Null if nothing is.</returns>
    public static string? FaultOf(string? text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") ? "must be an absolute http or https address."
        : address.Scheme == "http" && !address.IsLoopback ? "must be https unless it is on this machine: nothing is sent in the clear."
        : null;
}
