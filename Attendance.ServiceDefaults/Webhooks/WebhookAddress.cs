namespace Attendance.ServiceDefaults.Webhooks;

public enum WebhookAddressFault
{
    /// <summary>It is no absolute address of http or https.</summary>
    NoAddress,

    /// <summary>It is http, and not on this machine.</summary>
    InTheClear,
}

/// <summary>Says which addresses a webhook may have, wherever it is configured.</summary>
public static class WebhookAddress
{
    public static WebhookAddressFault? FindFault(string? text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") ? WebhookAddressFault.NoAddress
        : address.Scheme == "http" && !address.IsLoopback ? WebhookAddressFault.InTheClear
        : null;

    /// <returns>What is wrong with the address, as the rest of a sentence that begins with its name. Null if nothing is.</returns>
    public static string? FaultOf(string? text) => FindFault(text) switch
    {
        WebhookAddressFault.NoAddress => "must be an absolute http or https address.",
        WebhookAddressFault.InTheClear => "must be https unless it is on this machine: nothing is sent in the clear.",
        _ => null,
    };
}
