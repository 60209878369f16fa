using System.Globalization;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.Import;

/// <summary>Encrypts the content of imports with the data-protection keys. Content that was swapped with another one cannot be decrypted.</summary>
internal sealed class ImportSeal(IDataProtectionProvider protection)
{
    private const string Purpose = "Attendance.Web.Import.v1";

    public byte[] SealSource(Guid importId, byte[] content) => For(importId, "source").Protect(content);

    public byte[] OpenSource(Guid importId, byte[] content) => For(importId, "source").Unprotect(content);

    public byte[] Seal(Guid importId, int position, ImportContent content) => For(importId, Of(position)).Protect(content.ToBytes());

    public ImportContent Open(Guid importId, int position, byte[] content) => ImportContent.FromBytes(For(importId, Of(position)).Unprotect(content));

    public byte[] SealPicture(Guid importId, int position, byte[] picture) => For(importId, "picture" + Of(position)).Protect(picture);

    public byte[] OpenPicture(Guid importId, int position, byte[] picture) => For(importId, "picture" + Of(position)).Unprotect(picture);

    private static string Of(int position) => position.ToString(CultureInfo.InvariantCulture);

    private IDataProtector For(Guid importId, string part) => protection.CreateProtector(Purpose, importId.ToString("N"), part);
}
