using System.Text;

namespace Attendance.Tests.Fuzz;

/// <summary>Values that break parsers of text, numbers and addresses, and valid ones, so that a request gets far enough.</summary>
internal static class HostileValues
{
    public const string Session = "camera_123456789_abc123";

    /// <summary>Valid values for a parameter of this name in an address, a form or a document.</summary>
    private static readonly Dictionary<string, string[]> s_right = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cameraId"] = ["demo", "browser-0123456789abcdef0123456789abcdef-0123456789abcdef"],
        ["camera_id"] = ["demo", "auto", "browser-0123456789abcdef0123456789abcdef-0123456789abcdef"],
        ["leaseId"] = ["AAAAAAAAAAAAAAAAAAAAAA"],
        ["lease_id"] = ["AAAAAAAAAAAAAAAAAAAAAA"],
        ["lease"] = ["AAAAAAAAAAAAAAAAAAAAAA"],
        ["sessionId"] = [Session],
        ["session_id"] = [Session],
        ["alertId"] = ["0badcafe"],
        ["pose"] = ["front", "left"],
        ["status"] = ["404", "500", "999"],
        ["node"] = ["node-1"],
        ["documentName"] = ["v1"],
        ["limit"] = ["1", "500"],
        ["handler"] = ["Add", "Delete", "Reset", "Consent", "Withdraw", "Export"],
        ["return"] = ["/people", "/é", "//evil.test", "/\ud83d\ude00"],
        ["Number"] = ["1", "2", "A-17"],
        ["Form.FullName"] = ["Ada Lovelace"],
        ["Form.Number"] = ["A-17"],
        ["fencing_token"] = ["1", "9223372036854775807"],
    };

    private static readonly string[] s_texts =
    [
        "", " ", "\0", "a\0b", "\u0001", "\r\n", "\t", "é", "\ud83d\ude00", "\u200b", "\u202e", "\ufeff", "\ufffe", "e\u0301", "ﷺﷺﷺﷺ", "İi̇ß", "１２", "٣",
        "..", "../../etc/passwd", "%", "%00", "%2e%2e%2f", "'", "\"", "'; DROP TABLE people; --", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "~/", "\\", "*", "LIKE '%_'",
        "null", "true", "NaN", "-0", "-1", "0", "1e309", "1.5", "2147483648", "-9223372036854775809", "99999999999999999999999999", "0x1F", "1,5", "00:00:00", "9999-99-99",
        "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}", "auto", "admin", "CON", "a".PadRight(65, 'a'), "a".PadRight(257, 'b'), "x".PadRight(5000, 'x'),
    ];

    private static readonly string[] s_encoded = ["%", "%zz", "%c3%28", "%ed%a0%80", "%ff", "%00", "%2f..%2f", "%u0041", "+", "%0d%0aX: y", "%f0%28%8c%28", "a%20b"];

    private static readonly string[] s_json =
    [
        "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\\u0000\"", "\"\\u202e\"", "null", "true", "[]", "{}", "[[[[[[]]]]]]", "{\"a\":{\"b\":{\"c\":{}}}}", "1e400", "-0", "1.5", "0.1e-400",
        "9223372036854775808", "-1", "0", "1", "\"\"", "\"\ud83d\ude00\"", "123456789012345678901234567890", "[1,\"a\",null]", "[\"\\ud800\"]",
    ];

    public static string Text(Random random, string name) =>
        s_right.TryGetValue(name, out var right) && random.Next(3) > 0 ? Any(random, right) : random.Next(4) == 0 ? Noise(random) : Any(random, s_texts);

    /// <summary>Encodes a value for an address, sometimes wrongly.</summary>
    public static string Encoded(Random random, string name) => random.Next(6) == 0 ? Any(random, s_encoded) : Uri.EscapeDataString(Text(random, name));

    /// <summary>A value of a JSON document, as it is written.</summary>
    public static string Json(Random random, string name) => name is "wait_seconds" or "ttl_seconds" ? Any(random, ["0", "5", "-1", "1e99", "\"\"", "null", "61"])
        : random.Next(2) == 0 && s_right.TryGetValue(name, out var right) ? $"\"{Any(random, right)}\""
        : Any(random, s_json);

    public static T Any<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private static string Noise(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(12); length > 0; length--)
        {
            text.Append((char)random.Next(random.Next(3) == 0 ? 0xD800 : 0x180));
        }

        return text.ToString();
    }
}
