using Attendance.Web.Data;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.People;

/// <summary>Encrypts pictures with the data-protection keys. A picture that was swapped with another one cannot be decrypted.</summary>
internal sealed class ShotSeal(IDataProtectionProvider protection)
{
    private const string Purpose = "Attendance.Web.Enrollment.Shots.v1";

    public byte[] Seal(Shot shot, byte[] jpeg) => For(shot).Protect(jpeg);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The picture was changed or swapped, or its key is missing.</exception>
    public byte[] Open(Shot shot, byte[] sealedJpeg) => For(shot).Unprotect(sealedJpeg);

    private IDataProtector For(Shot shot) => protection.CreateProtector(Purpose, shot.PersonId.ToString("N"), shot.Id.ToString("N"));
}
