using Attendance.Web.Data;
using Attendance.Web.Mail;
using Attendance.Web.Schedules;

namespace Attendance.Web.Notifications.Sending;

/// <summary>What mails say, in one language.</summary>
internal abstract class MailWords
{
    private static readonly EnglishWords s_english = new();
    private static readonly GermanWords s_german = new();

    public abstract string Refuse { get; }

    public abstract string ConfirmSubject { get; }

    public abstract string ConfirmText { get; }

    public abstract string ConfirmOtherwise { get; }

    public abstract string TestSubject { get; }

    public abstract string TestText { get; }

    public static MailWords In(string language) => language == MailLanguages.German ? s_german : s_english;

    public string Say(ToldItem item)
    {
        var name = MailComposer.OneLine(item.FirstName);
        return item.IsCorrection ? Correct(name, item.Mark) : Tell(name, item);
    }

    public abstract string When(Session session);

    public abstract string Several(int count);

    public abstract string Sender(string name);

    protected abstract string Tell(string name, ToldItem item);

    protected abstract string Correct(string name, Mark? mark);
}

internal sealed class EnglishWords : MailWords
{
    public override string Refuse => "To get no more of these mails, open:";

    public override string ConfirmSubject => "Please confirm your e-mail address";

    public override string ConfirmText => "Somebody has entered this address, so that mails about attendance are sent to it. If you want to get them, open this link and confirm:";

    public override string ConfirmOtherwise => "If you do not want them, or do not know what this is about, do nothing. No other mail is sent to this address.";

    public override string TestSubject => "Test";

    public override string TestText => "This is a test. Mails arrive.";

    public override string When(Session session) => SessionWords.When(session);

    public override string Several(int count) => $"Attendance: {count} messages";

    public override string Sender(string name) => $"Sent by {name}. Answers to this mail are not read.";

    protected override string Tell(string name, ToldItem item) => item.Trigger switch
    {
        RuleTrigger.Absent => $"{name} was absent.",
        RuleTrigger.NotCome => $"{name} has not come.",
        RuleTrigger.LeftEarly => $"{name} left early.",
        RuleTrigger.LateTimes => $"{name} was late {item.Count} times {(item.Period == CountPeriod.Month ? $"in {item.Session.Day:yyyy-MM}" : "within 30 days")}.",
        _ => $"{name} was absent {item.Count} times in a row.",
    };

    protected override string Correct(string name, Mark? mark) => mark switch
    {
        null => $"Correction: the session of {name} did not take place.",
        Mark.Present => $"Correction: {name} is marked as present.",
        Mark.Late => $"Correction: {name} has come late.",
        Mark.LeftEarly => $"Correction: {name} was there, and left early.",
        Mark.Excused => $"Correction: {name} is marked as excused.",
        _ => $"Correction: {name} is not marked so any more.",
    };
}

internal sealed class GermanWords : MailWords
{
    public override string Refuse => "Wenn Sie diese Mails nicht mehr wollen, öffnen Sie:";

    public override string ConfirmSubject => "Bitte bestätigen Sie Ihre E-Mail-Adresse";

    public override string ConfirmText => "Jemand hat diese Adresse eingetragen, damit Mails über Anwesenheit an sie gesendet werden. Wenn Sie diese wollen, öffnen Sie diesen Link und bestätigen Sie:";

    public override string ConfirmOtherwise => "Wenn Sie keine wollen oder nicht wissen, worum es geht, tun Sie nichts. An diese Adresse wird sonst nichts gesendet.";

    public override string TestSubject => "Test";

    public override string TestText => "Das ist ein Test. Mails kommen an.";

    public override string When(Session session)
    {
        var (start, end) = (Zones.ToLocal(session.Zone, session.StartsAt), Zones.ToLocal(session.Zone, session.EndsAt));
        return $"{start:dd.MM.yyyy}, {start:HH:mm} bis {(end.Date == start.Date ? "" : $"{end:dd.MM.yyyy}, ")}{end:HH:mm}";
    }

    public override string Several(int count) => $"Anwesenheit: {count} Meldungen";

    public override string Sender(string name) => $"Gesendet von {name}. Antworten auf diese Mail liest niemand.";

    protected override string Tell(string name, ToldItem item) => item.Trigger switch
    {
        RuleTrigger.Absent => $"{name} war abwesend.",
        RuleTrigger.NotCome => $"{name} ist nicht gekommen.",
        RuleTrigger.LeftEarly => $"{name} ist früher gegangen.",
        RuleTrigger.LateTimes => $"{name} kam {item.Count} Mal zu spät {(item.Period == CountPeriod.Month ? $"im Monat {item.Session.Day:MM/yyyy}" : "innerhalb von 30 Tagen")}.",
        _ => $"{name} war {item.Count} Mal hintereinander abwesend.",
    };

    protected override string Correct(string name, Mark? mark) => mark switch
    {
        null => $"Korrektur: Der Termin von {name} fand nicht statt.",
        Mark.Present => $"Korrektur: {name} gilt als anwesend.",
        Mark.Late => $"Korrektur: {name} ist zu spät gekommen.",
        Mark.LeftEarly => $"Korrektur: {name} war da und ist früher gegangen.",
        Mark.Excused => $"Korrektur: {name} ist entschuldigt.",
        _ => $"Korrektur: Das gilt für {name} nicht mehr.",
    };
}
