using System.Text;
using System.Text.Unicode;

namespace Attendance.Web.Import.Roster;

/// <summary>How the bytes of a file are text. Public, because model binding only supports public types.</summary>
public enum TextCoding
{
    Utf8,
    Utf16,
    Windows1252,
}

/// <summary>Turns the bytes of a file into text.</summary>
internal static class CsvText
{
    private static readonly Encoding s_windows = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>Guesses from the byte-order mark, and without one from whether the bytes are valid UTF-8.</summary>
    public static TextCoding Guess(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? TextCoding.Utf16
        : Utf8.IsValid(bytes) ? TextCoding.Utf8
        : TextCoding.Windows1252;

    /// <summary>Decodes without the byte-order mark. Bytes that are no text become U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, TextCoding coding)
    {
        var encoding = coding switch
        {
            TextCoding.Utf16 => bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode : Encoding.Unicode,
            TextCoding.Windows1252 => s_windows,
            _ => Encoding.UTF8,
        };
        return encoding.GetString(bytes).TrimStart('\uFEFF');
    }
}
