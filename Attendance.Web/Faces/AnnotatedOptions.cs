using System.ComponentModel.DataAnnotations;

namespace Attendance.Web.Faces;

internal static class AnnotatedOptions
{
    /// <returns>A sentence for each annotation that does not hold, which names the key.</returns>
    public static List<string> Failures(object options, string section)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return [.. results.Select(result => $"'{section}:{result.MemberNames.First()}': {result.ErrorMessage}")];
    }
}
