using System.Globalization;
using System.Text;

namespace Attendance.Tests.Fuzz;

/// <summary>A body with its content type and the way in which it is sent.</summary>
internal sealed record HostileBody(byte[] Bytes, string? Type)
{
    private static readonly string[] s_fields =
    [
        "UserName", "Password", "IsAdmin", "return", "id", "Words", "Group", "Number", "Form.FullName", "Form.Number", "Form.Group", "Form.Stamp", "Agreed", "Current", "New", "Again", "handler",
        "pose", "camera_id", "lease_id", "fencing_token", "manual", "picture", "status", "[0].Key", "Form", "Form[", "Form.FullName.Length", "",
    ];

    private static readonly string[] s_names =
    [
        "session_id", "session_ids", "camera_id", "lease_id", "fencing_token", "ttl_seconds", "wait_seconds", "takeover", "mode", "role", "lease_ref", "failover", "requirements", "reason", "grace_ms", "force", "dry_run",
        "why", "by", "node", "instance", "min_width", "min_frame_rate", "tag", "facing", "\\ud800", "a\\u0000b", "",
    ];

    private static readonly string?[] s_types =
    [
        "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "multipart/form-data; boundary=\"\"", "text/html",
        "application/json; charset=utf-16", "application/json; charset=nonsense", "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data; boundary=" + "b".PadRight(200, 'b'),
        "é/ü", ";", "a", "application/grpc", "", null,
    ];

    public static HostileBody Make(Random random, string? token)
    {
        var (body, type) = random.Next(4) switch
        {
            0 => (Encode(Json(random)), "application/json"),
            1 => (Encode(Form(random, token)), "application/x-www-form-urlencoded"),
            2 => (Encode(Multipart(random, token)), "multipart/form-data; boundary=b"),
            _ => (Noise(random), HostileValues.Any(random, s_types)),
        };
        return new(random.Next(12) == 0 ? body[..(body.Length / 2)] : body, random.Next(10) == 0 ? HostileValues.Any(random, s_types) : type);
    }

    /// <summary>Writes the body in chunks; if it is to be broken, one of them is invalid.</summary>
    public byte[] Chunked(Random random, bool broken)
    {
        var half = Bytes.Length / 2;
        var bad = HostileValues.Any(random, ["zz\r\n", "-1\r\n", "7fffffffffffffff\r\n", "ffffffffffffffffffff\r\n", "5\r\nabc", "\r\n", "3;ext=\"\r\nabc\r\n", "3\nabc\n", "3\r\nabcdef\r\n"]);
        return
        [
            .. Chunk(Bytes.AsSpan(0, half)), .. broken ? Encoding.ASCII.GetBytes(bad) : [], .. Chunk(Bytes.AsSpan(half)), .. "0\r\n"u8,
            .. random.Next(6) == 0 ? "Trailer: x\r\n"u8 : ""u8, .. "\r\n"u8,
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> of) =>
        of.IsEmpty ? [] : [.. Encoding.ASCII.GetBytes(of.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. of, .. "\r\n"u8];

    private static string Json(Random random)
    {
        var members = Enumerable.Range(0, random.Next(6)).Select(_ => HostileValues.Any(random, s_names)).Select(name => name == "requirements"
            ? $"\"requirements\":{{\"min_width\":{HostileValues.Json(random, "")},\"node\":{HostileValues.Json(random, "node")}}}"
            : $"\"{name}\":{HostileValues.Json(random, name)}");
        var right = random.Next(3) == 0 ? $"\"session_id\":\"{HostileValues.Session}\",\"camera_id\":{HostileValues.Json(random, "camera_id")}" : null;
        return random.Next(10) switch
        {
            0 => HostileValues.Json(random, ""),
            1 => "{\"a\":" + string.Concat(Enumerable.Repeat("[", 200)),
            2 => "\ufeff{}",
            _ => $"{{{string.Join(',', right is null ? members : members.Prepend(right))}}}",
        };
    }

    private static string Form(Random random, string? token) => string.Join('&', Fields(random, token).Select(field =>
        $"{Uri.EscapeDataString(field.Name)}={(random.Next(8) == 0 ? HostileValues.Encoded(random, field.Name) : Uri.EscapeDataString(field.Value))}"));

    private static string Multipart(Random random, string? token)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Fields(random, token))
        {
            var file = name == "picture" || random.Next(10) == 0 ? $"; filename=\"{HostileValues.Any(random, ["a.jpg", "", "é\0", "../x"])}\"" : "";
            var type = file.Length > 0 ? "Content-Type: image/jpeg\r\n" : random.Next(8) == 0 ? $"Content-Type: text/plain; charset={HostileValues.Any(random, ["utf-16", "utf-7", "x", "iso-8859-1"])}\r\n" : "";
            text.Append(CultureInfo.InvariantCulture, $"--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n{type}\r\n{value}\r\n");
        }

        return text.Append(random.Next(8) == 0 ? "" : "--b--\r\n").ToString();
    }

    private static IEnumerable<(string Name, string Value)> Fields(Random random, string? token)
    {
        if (token is not null && random.Next(8) > 0)
        {
            yield return ("__RequestVerificationToken", random.Next(12) == 0 ? HostileValues.Text(random, "") : token);
        }

        for (var count = random.Next(8); count > 0; count--)
        {
            var name = HostileValues.Any(random, s_fields);
            yield return (name, HostileValues.Text(random, name));
        }

        if (random.Next(40) == 0)
        {
            for (var count = 0; count < 1100; count++)
            {
                yield return ($"f{count}", "");
            }
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(10) == 0 ? 70_000 : random.Next(300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);
}
