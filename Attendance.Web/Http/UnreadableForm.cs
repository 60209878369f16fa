namespace Attendance.Web.Http;

/// <summary>Recognizes the exceptions that mean that the body is not a valid form, or that the client has disconnected.</summary>
internal static class UnreadableForm
{
    /// <remarks>NotSupportedException: a part is encoded in UTF-7, which is no longer supported.</remarks>
    public static bool Is(Exception exception) => exception is InvalidDataException or IOException or NotSupportedException;
}
