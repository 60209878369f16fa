namespace Attendance.Web.Data;

/// <summary>A receiver that is told what happens. Its address and its keys are encrypted, because an address may contain a secret.</summary>
internal sealed class WebhookTarget
{
    public const int NameLength = 100, HostLength = 300, AddressLength = 1000, EventsLength = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; init; }

    /// <summary>The beginning of the address that may be shown: scheme, host and port.</summary>
    public required string Host { get; init; }

    public required byte[] SealedAddress { get; init; }

    /// <summary>The events that it is told, separated by spaces.</summary>
    public required string Events { get; init; }

    public required byte[] SealedSecret { get; set; }

    /// <summary>The key before the current one, which signs as well until <see cref="FormerUntil"/>.</summary>
    public byte[]? SealedFormer { get; set; }

    public DateTime? FormerUntil { get; set; }

    public bool IsOn { get; set; } = true;

    /// <summary>Whether it was switched off because it has failed for days, or has said that it is gone.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>When the first of the attempts failed that have failed since the last success, or null.</summary>
    public DateTime? FailingSince { get; set; }

    public DateTime CreatedAt { get; init; }

    public required string CreatedBy { get; init; }
}

/// <summary>Something to tell, written in the transaction of what it tells of: so it is told if and only if that happened.</summary>
internal sealed class WebhookMessage
{
    public const int TypeLength = 32;

    /// <summary>The id by which receivers recognize a repetition.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Type { get; init; }

    public DateTime At { get; init; }

    /// <summary>The person whom it is about, or null. The message is deleted together with the person.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The body of the request, as it is signed and sent.</summary>
    public required string Payload { get; init; }

    public List<WebhookDispatch> Dispatches { get; } = [];
}

internal enum DispatchState
{
    Pending,
    Delivered,

    /// <summary>Nobody tries any more, until an administrator sends it again.</summary>
    Dead,
}

/// <summary>One message on its way to one receiver.</summary>
internal sealed class WebhookDispatch
{
    public const int ErrorLength = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid MessageId { get; init; }

    public Guid TargetId { get; init; }

    public DispatchState State { get; init; }

    /// <summary>From when on it has been tried.</summary>
    public DateTime Since { get; init; }

    /// <summary>
    /// When it is tried next. Whoever tries it sets this to a later time first: that is the claim, which is over by itself when its process is killed.
    /// </summary>
    public DateTime DueAt { get; init; }

    public int Attempts { get; init; }

    /// <summary>When it was last tried.</summary>
    public DateTime? TriedAt { get; init; }

    /// <summary>Why the last attempt failed, in words without the address.</summary>
    public string? Error { get; init; }
}
