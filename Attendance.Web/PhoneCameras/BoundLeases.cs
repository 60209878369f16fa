using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.PhoneCameras;

/// <summary>Encrypts an operator's lease for the database, because the id of a lease is a secret.</summary>
internal sealed class BoundLeases(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Attendance.Web.PhoneCameras.BoundLeases.v1");

    public string Seal(CheckLease claim) => _protector.Protect(JsonSerializer.Serialize(claim, WireJson.Options));

    /// <returns>The lease, or null if the keys that it was encrypted under are gone.</returns>
    public CheckLease? Open(string sealedClaim)
    {
        try
        {
            return JsonSerializer.Deserialize<CheckLease>(_protector.Unprotect(sealedClaim), WireJson.Kept);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
