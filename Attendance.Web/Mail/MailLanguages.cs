namespace Attendance.Web.Mail;

/// <summary>The languages in which mails are written.</summary>
internal static class MailLanguages
{
    public const string English = "en", German = "de";

    public static IReadOnlyList<string> All { get; } = [English, German];

    public static string NameOf(string language) => language == German ? "Deutsch" : "English";
}
