using Attendance.Web.Data;

namespace Attendance.Web.Mail;

/// <summary>What became of an attempt to send a mail.</summary>
/// <param name="Trouble">Why it failed, or null if the server has the mail.</param>
/// <param name="IsOfServer">Whether every other mail would fail in the same way now.</param>
/// <param name="Detail">What failed, for the log: a reply code or the kind of the error. Never a text of the server, which may repeat an address.</param>
internal sealed record MailOutcome(MailTrouble? Trouble, bool IsOfServer = false, string Detail = "")
{
    public static MailOutcome Sent { get; } = new((MailTrouble?)null);

    /// <summary>Whether sending it again is of no use.</summary>
    public bool IsFinal => Trouble is MailTrouble.Address or MailTrouble.Message;
}
