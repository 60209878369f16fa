using System.Text;
using Attendance.Web.Data;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.People;

/// <summary>Encrypts the names of guardians with the data-protection keys, each for the person for whom the guardian consented.</summary>
internal sealed class GuardianSeal(IDataProtectionProvider protection)
{
    private const string Purpose = "Attendance.Web.People.Guardians.v1";

    public byte[] Seal(Guid personId, string name) => For(personId).Protect(Encoding.UTF8.GetBytes(name));

    /// <returns>The name, or null if none was noted.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was changed or swapped, or its key is missing.</exception>
    public string? Open(Person person) => person.Consent?.GuardianName is { } name ? Encoding.UTF8.GetString(For(person.Id).Unprotect(name)) : null;

    private IDataProtector For(Guid personId) => protection.CreateProtector(Purpose, personId.ToString("N"));
}
