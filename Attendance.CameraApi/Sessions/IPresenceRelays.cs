namespace Attendance.CameraApi.Sessions;

/// <summary>Takes a session's presence to the other nodes that hold something for it.</summary>
internal interface IPresenceRelays
{
    /// <param name="tell">Says something to the page.</param>
    IPresenceRelay Begin(string sessionId, string sessionHash, Action<PresenceMessage> tell);
}

/// <summary>Ends when it is disposed of: by that, the other nodes know that the page is gone.</summary>
internal interface IPresenceRelay : IAsyncDisposable
{
    void Hear(PageMessage message);

    /// <summary>The page has said goodbye, which the others are still told.</summary>
    Task FinishAsync();
}
