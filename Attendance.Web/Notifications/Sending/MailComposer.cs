using System.Globalization;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Text;

namespace Attendance.Web.Notifications.Sending;

/// <summary>Who gets a mail.</summary>
/// <param name="Name">The name, or null for a fixed address.</param>
/// <param name="Unsubscribe">The links by which they refuse further mails, or null.</param>
internal sealed record MailRecipient(string Email, string? Name, string Language, UnsubscribeLinks? Unsubscribe);

/// <param name="Page">The page where a person refuses mails. It has the token behind the #.</param>
/// <param name="OneClick">The address that a mail program sends a request to (RFC 8058).</param>
internal sealed record UnsubscribeLinks(string Page, string OneClick);

/// <summary>One thing that a mail tells.</summary>
/// <param name="FirstName">What the person is called. No other name is in a mail.</param>
/// <param name="Mark">The mark now, for a correction; null if the session was cancelled.</param>
internal sealed record ToldItem(string FirstName, Session Session, RuleTrigger Trigger, int? Count, CountPeriod Period, bool IsCorrection, Mark? Mark);

/// <summary>Writes mails: plain text, with the headers that mark them as made by a program.</summary>
internal sealed class MailComposer(IOptions<MailOptions> options, TimeProvider clock)
{
    public MimeMessage Notification(OutgoingMail mail, MailRecipient to, IReadOnlyList<ToldItem> told)
    {
        var words = MailWords.In(to.Language);
        var items = told.Select(each => $"{words.Say(each)}\n{OneLine(each.Session.Name)}, {words.When(each.Session)}");
        var subject = told.Count == 1 ? words.Say(told[0]).TrimEnd('.') : words.Several(told.Count);
        return Write(mail, to, subject, $"{string.Join("\n\n", items)}\n\n-- \n{words.Sender(options.Value.FromName)}\n{(to.Unsubscribe is { } links ? $"{words.Refuse}\n{links.Page}\n" : "")}");
    }

    /// <param name="link">The link that confirms the address.</param>
    public MimeMessage Confirmation(OutgoingMail mail, MailRecipient to, string link)
    {
        var words = MailWords.In(to.Language);
        return Write(mail, to, words.ConfirmSubject, $"{words.ConfirmText}\n\n{link}\n\n{words.ConfirmOtherwise}\n\n-- \n{words.Sender(options.Value.FromName)}\n");
    }

    public MimeMessage Test(OutgoingMail mail, MailRecipient to)
    {
        var words = MailWords.In(to.Language);
        return Write(mail, to, words.TestSubject, $"{words.TestText}\n\n-- \n{words.Sender(options.Value.FromName)}\n");
    }

    /// <summary>Returns the text with every line break and control character replaced, so that it stays one line of a mail.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(each =>
        char.IsControl(each) || char.GetUnicodeCategory(each) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : each)).Trim();

    private MimeMessage Write(OutgoingMail mail, MailRecipient to, string subject, string text)
    {
        var from = options.Value.From!.Trim();
        var message = new MimeMessage
        {
            Subject = OneLine(subject),
            Date = clock.GetUtcNow(),
            MessageId = $"{mail.Id:N}@{from[(from.LastIndexOf('@') + 1)..]}", // the same however often it is sent
            Body = new TextPart(TextFormat.Plain) { Text = text },
        };
        message.From.Add(new MailboxAddress(OneLine(options.Value.FromName), from));
        message.To.Add(new MailboxAddress(OneLine(to.Name ?? ""), to.Email));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add(HeaderId.ContentLanguage, to.Language);
        if (to.Unsubscribe is { } links)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{links.OneClick}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }

        return message;
    }
}
