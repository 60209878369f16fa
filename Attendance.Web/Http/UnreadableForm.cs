namespace Attendance.Web.Http;

/// <summary>Tells by the exception that reading a form ended with that it is none, or that whoever sent it is gone.</summary>
internal static class UnreadableForm
{
    /// <remarks>The last: a part that is written in UTF-7, which is not read any more.</remarks>
    public static bool Is(Exception exception) => exception is InvalidDataException or IOException or NotSupportedException;
}
