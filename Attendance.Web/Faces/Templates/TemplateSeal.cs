using System.Globalization;
using System.Security.Cryptography;
using Attendance.Web.Data;
using Attendance.Web.Faces.Recognition;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.Faces.Templates;

/// <summary>
/// Encrypts templates with the data-protection keys, for one person, one shot and one model. A template that was put in the place of
/// another one cannot be decrypted.
/// </summary>
internal sealed class TemplateSeal(IDataProtectionProvider protection)
{
    private const string Purpose = "Attendance.Web.Faces.Templates.v1";

    /// <summary>Makes the row that is stored with a shot.</summary>
    public ShotTemplate Seal(Guid personId, Guid shotId, FaceEmbedding embedding) => new()
    {
        ShotId = shotId,
        Model = FaceEmbedder.Model,
        Version = FaceEmbedder.Version,
        Sealed = For(personId, shotId, FaceEmbedder.Model, FaceEmbedder.Version).Protect(embedding.ToBytes()),
    };

    /// <exception cref="CryptographicException">The template was changed or swapped, or its key is missing.</exception>
    public FaceEmbedding Open(Guid personId, ShotTemplate template)
    {
        var bytes = For(personId, template.ShotId, template.Model, template.Version).Unprotect(template.Sealed);
        try
        {
            return FaceEmbedding.FromBytes(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private IDataProtector For(Guid personId, Guid shotId, string model, int version) => protection.CreateProtector(
        Purpose, personId.ToString("N"), shotId.ToString("N"), model, version.ToString(CultureInfo.InvariantCulture));
}
