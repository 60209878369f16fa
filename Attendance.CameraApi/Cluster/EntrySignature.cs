using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.CameraApi.Security;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Signs a node's entry in the store, so that nobody else who can write there can make up a node. The signature covers the text
/// itself, including anything that another version has put into it. Only the time that the store appends comes after it.
/// </summary>
internal sealed partial class EntrySignature(IOptions<SecurityOptions> options)
{
    private readonly byte[]? _key = DerivedKeys.For("node entries", options.Value);

    /// <param name="said">A JSON object without its closing brace.</param>
    /// <returns>The same text with the signature as its last property.</returns>
    public string Sign(string said) => _key is null ? said : $"{said},\"signature\":\"{SignatureOf(said)}\"";

    public bool IsGenuine(string entry)
    {
        if (_key is null)
        {
            return true;
        }

        var signed = Signed().Match(entry);
        return signed.Success && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(signed.Groups["signature"].Value), Encoding.ASCII.GetBytes(SignatureOf(signed.Groups["said"].Value)));
    }

    private string SignatureOf(string said) => Base64Url.EncodeToString(HMACSHA256.HashData(_key!, Encoding.UTF8.GetBytes(said)));

    [GeneratedRegex("""^(?<said>\{.*),"signature":"(?<signature>[A-Za-z0-9_-]{43})","seen_at":[0-9]{1,15}\}\z""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Signed();
}
