namespace Attendance.Web.Webhooks;

/// <summary>Why a delivery has failed, as it is stored and logged: the rest of a sentence that begins with the receiver, without its address.</summary>
internal static class DispatchErrors
{
    public const string NoAnswer = "did not answer in time", Refused = "is at an address that may not be called", Unreachable = "could not be reached",
        Undecryptable = "its address or secret cannot be decrypted", Off = "the webhook was off";

    /// <summary>Is followed by the status of the answer.</summary>
    public const string Answered = "answered ";
}
