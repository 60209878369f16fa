using System.Text;
using Attendance.CameraApi.Api;
using Attendance.CameraApi.Live;
using Attendance.CameraWorker.Network;
using Attendance.Contracts;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces.Finding;
using Microsoft.AspNetCore.Http;

namespace Attendance.Fuzz;

/// <summary>What reads the bytes of a camera, of a worker that a camera may have taken over, or of a client. None may fail but as it says.</summary>
internal static class Parsers
{
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new SortedDictionary<string, Action<byte[]>>(StringComparer.Ordinal)
    {
        ["jpeg"] = bytes => JpegStructure.Check(bytes),
        ["head"] = ReadHead,
        ["pictures"] = ReadPictures,
        ["worker"] = ReadRecords,
        ["lease"] = ReadLease,
        ["offer"] = bytes => SdpOffer.FaultToPublish(Encoding.UTF8.GetString(bytes)),
        ["shot"] = ReadShot,
    };

    private static void ReadHead(byte[] bytes)
    {
        var head = MessageHead.Parse(Encoding.Latin1.GetString(bytes));
        _ = (head.Status, head.ContentLength, head.MediaType, head.Multipart);
        foreach (var challenge in head.All("WWW-Authenticate").SelectMany(Challenge.Parse))
        {
            _ = (challenge["realm"], challenge["nonce"]);
        }
    }

    /// <summary>The first byte says how the rest comes: in what pieces, in chunks or not, with a boundary that was told or not.</summary>
    private static void ReadPictures(byte[] bytes)
    {
        if (bytes is not [var how, .. var rest])
        {
            return;
        }

        using var pieces = new Pieces(rest, 1 << (how & 0x0F));
        using var input = new BufferedInput(pieces);
        using var body = new HttpBody(input, isChunked: (how & 0x10) != 0, length: null);
        var reader = new PictureReader(body, (how & 0x20) != 0 ? "frame" : null);
        try
        {
            while (Now(reader.ReadAsync(CancellationToken.None).AsTask()) is { IsEmpty: false } picture)
            {
                if (picture.Length > CaptureProtocol.MaxJpegLength || picture.Span is not [0xFF, 0xD8, .., 0xFF, 0xD9])
                {
                    throw new InvalidOperationException("What came is no picture.");
                }
            }
        }
        catch (InvalidDataException)
        {
            // the form is refused, and the exception names the field
        }
    }

    private static void ReadRecords(byte[] bytes)
    {
        using var output = new MemoryStream(bytes);
        try
        {
            while (CaptureProtocol.ReadRecord(output) is not null)
            {
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            // as it says
        }
    }

    private static void ReadLease(byte[] bytes)
    {
        try
        {
            Now(JsonBody.ReadAsync<AcquireLease>(RequestOf(bytes, "application/json"), absent: null, CancellationToken.None)).Validate();
        }
        catch (BadHttpRequestException)
        {
            // as it says
        }
    }

    private static void ReadShot(byte[] bytes)
    {
        try
        {
            var (form, problem) = Now(ShotForm.ReadAsync(RequestOf(bytes, "multipart/form-data; boundary=x"), CancellationToken.None));
            if (form is null == problem is null)
            {
                throw new InvalidOperationException("It is either a picture or a problem.");
            }

            if (form is not null)
            {
                JpegStructure.Check(form.Jpeg.Span);
            }
        }
        catch (RequestException)
        {
            // as it says
        }
    }

    private static HttpRequest RequestOf(byte[] body, string type)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.ContentLength, request.Body) = ("POST", type, body.Length, new MemoryStream(body));
        return request;
    }

    /// <summary>Nothing here waits for anything.</summary>
    private static T Now<T>(Task<T> task) => task.GetAwaiter().GetResult();

    /// <summary>A connection that brings so much at a time.</summary>
    private sealed class Pieces(byte[] bytes, int length) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, length)]));
    }
}
