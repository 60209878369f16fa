namespace Attendance.Contracts;

/// <summary>The HTTP headers that the services define themselves.</summary>
public static class WireHeaders
{
    /// <summary>The key with which a service calls another one.</summary>
    public const string ApiKey = "X-Api-Key";

    /// <summary>
    /// Names who makes the request: an account's id or a service's name. It goes to the audit if the request takes a camera from another
    /// session.
    /// </summary>
    public const string Account = "X-Account";

    /// <summary>The fencing token of the lease under which a picture was captured.</summary>
    public const string FencingToken = "X-Fencing-Token";

    /// <summary>The id of the camera of the catalog as which a browser's camera is published.</summary>
    public const string PublishedCamera = "X-Published-Camera";

    /// <summary>When a picture was captured.</summary>
    public const string Timestamp = "X-Timestamp";
}
