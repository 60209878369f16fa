namespace Attendance.CameraApi.Sessions;

/// <summary>Relays a session's presence to the other nodes that hold leases for it.</summary>
internal interface IPresenceRelays
{
    /// <param name="tell">Sends a message to the page.</param>
    IPresenceRelay Begin(string sessionId, string sessionHash, Action<PresenceMessage> tell);
}

/// <summary>The relay of one session's presence. Disposing it ends it, which tells the other nodes that the page is gone.</summary>
internal interface IPresenceRelay : IAsyncDisposable
{
    void Hear(PageMessage message);

    /// <summary>Passes the page's goodbye on to the other nodes before the relay ends.</summary>
    Task FinishAsync();
}
