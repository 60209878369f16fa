using System.ComponentModel.DataAnnotations;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Data;

/// <summary>Checks texts of forms that people will read, such as names and places.</summary>
internal static class FormTexts
{
    /// <summary>Returns an error for each text that shows no letter or digit, or has characters that cannot be written. An empty text is no error here.</summary>
    /// <param name="texts">The texts by the names of their fields.</param>
    public static IEnumerable<ValidationResult> ErrorsOf(params IEnumerable<(string Field, string? Text)> texts) => texts
        .Where(each => !string.IsNullOrWhiteSpace(each.Text) && !(Writing.CanBeWritten(each.Text) && Writing.IsSeen(each.Text)))
        .Select(each => new ValidationResult(WordsFor(each.Field), [each.Field]));

    private static string WordsFor(string field) => field switch
    {
        "Name" => T("The name needs a letter or a digit, and only characters that can be written."),
        "Place" => T("The place needs a letter or a digit, and only characters that can be written."),
        _ => T("This needs a letter or a digit, and only characters that can be written."),
    };
}
