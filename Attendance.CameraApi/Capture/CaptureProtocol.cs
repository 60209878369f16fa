using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attendance.CameraApi.Cameras;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// What a capture worker and the API say to each other. To the worker, on its standard input, one line each:
/// <c>open {json}</c> once, <c>release</c>. Its end of file means that the API is gone. From the worker, on its standard
/// output, records: length of the payload (u32), kind (u8), payload; numbers are little-endian.
/// </summary>
internal static class CaptureProtocol
{
    public const string OpenCommand = "open ";
    public const string ReleaseCommand = "release";
    public const int RecordHeaderLength = sizeof(uint) + sizeof(byte);

    /// <summary>Of a picture that comes from the network. Those of 4K cameras have 1 to 4 MB.</summary>
    public const int MaxJpegLength = 8 * 1024 * 1024;

    /// <summary>6000 by 4000; one that is decoded takes up to 200 MB.</summary>
    public const int DefaultMaxPixels = 24_000_000;

    /// <summary>Pictures a second that are passed on from the network.</summary>
    public const int MaxFrameRate = 60;

    /// <summary>No camera we know makes a larger JPEG; a longer record means that the two sides lost step.</summary>
    public const int MaxPayloadLength = 32 * 1024 * 1024;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>For what a worker sends: a camera may have taken it over.</summary>
    private static readonly JsonSerializerOptions s_strict = new(Json) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    public static void WriteRecordHeader(Span<byte> destination, CaptureRecord kind, int payloadLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)payloadLength);
        destination[sizeof(uint)] = (byte)kind;
    }

    /// <exception cref="InvalidDataException">What was read is not the start of a record.</exception>
    public static (CaptureRecord Kind, int PayloadLength) ReadRecordHeader(ReadOnlySpan<byte> source)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(source);
        var kind = (CaptureRecord)source[sizeof(uint)];
        return length <= MaxPayloadLength && Enum.IsDefined(kind)
            ? (kind, (int)length)
            : throw new InvalidDataException("The capture worker sent something that is not a record.");
    }

    /// <summary>Reads what a worker sends next: a <see cref="CaptureOpened"/>, <see cref="CapturedFrame"/>, <see cref="CaptureFailure"/> or <see cref="CaptureTimes"/>.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="InvalidDataException">It is none of these.</exception>
    /// <exception cref="EndOfStreamException">It ends too soon.</exception>
    public static object? ReadRecord(Stream output)
    {
        Span<byte> header = stackalloc byte[RecordHeaderLength];
        if (output.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return null;
        }

        var (kind, length) = ReadRecordHeader(header);
        var payload = new byte[length];
        output.ReadExactly(payload);
        return kind switch
        {
            CaptureRecord.Frame => length > FrameHeader.Length && FrameHeader.Read(payload) is { IsSound: true } frame
                ? new CapturedFrame(frame, payload.AsMemory(FrameHeader.Length))
                : throw new InvalidDataException("The capture worker sent a frame that is none."),
            CaptureRecord.Opened => Read<CaptureOpened>(payload),
            CaptureRecord.Failed => Read<CaptureFailure>(payload),
            _ => Read<CaptureTimes>(payload),
        };
    }

    private static T Read<T>(byte[] payload)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(payload, s_strict) ?? throw new InvalidDataException($"The capture worker sent no {typeof(T).Name}.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The capture worker sent a {typeof(T).Name} that cannot be read.", exception);
        }
    }
}

internal enum CaptureRecord : byte
{
    /// <summary>Once, before the first frame: <see cref="CaptureOpened"/> as JSON.</summary>
    Opened = 1,

    /// <summary><see cref="FrameHeader"/>, then the JPEG.</summary>
    Frame = 2,

    /// <summary>The last record of a worker that gives up: <see cref="CaptureFailure"/> as JSON.</summary>
    Failed = 3,

    /// <summary>Before one of the two above, where the request named a trace: <see cref="CaptureTimes"/> as JSON.</summary>
    Times = 4,
}

/// <summary>What to open. It reaches the worker on standard input, never on its command line, for a source may hold credentials.</summary>
internal sealed record CaptureRequest(
    string CameraId, string Source, int? Width, int? Height, double? FrameRate, int JpegQuality, TimeSpan OpenTimeout, TimeSpan ReadTimeout)
{
    /// <summary>The span that asks, as a W3C <c>traceparent</c>; null where nobody traces.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Of a picture that is decoded: see <see cref="CaptureOptions.MaxPixels"/>.</summary>
    public int MaxPixels { get; init; } = CaptureProtocol.DefaultMaxPixels;

    /// <summary>See <see cref="CertificateSetting"/>; null for what the system trusts.</summary>
    public string? Certificate { get; init; }

    /// <summary>The source has shown different pictures in this use, so one that comes again and again is a fault.</summary>
    public bool IsKnownToChange { get; init; }
}

/// <summary>
/// When the worker did what, as <see cref="Stopwatch.GetTimestamp"/> says: the machine's monotonic
/// clock is the same in every process.
/// </summary>
/// <param name="TraceParent">That of the request.</param>
/// <param name="Ready">The process took commands.</param>
/// <param name="Opened">The device was open; null where it never was.</param>
/// <param name="Failed">It gave up; null where it did not.</param>
internal sealed record CaptureTimes(string TraceParent, long Ready, long? Opened, long? Failed);

/// <param name="FrameRate">Frames per second as the source states them; 0 where it does not say.</param>
/// <param name="Encoding"><c>mjpeg</c> when the device's own JPEG bytes are passed through, otherwise <c>encoded</c>.</param>
internal sealed record CaptureOpened(int Width, int Height, double FrameRate, string Encoding, string Backend);

internal sealed record CaptureFailure(CaptureFailureCode Code, string Message);

internal enum CaptureFailureCode
{
    /// <summary>The native library is not there: this machine cannot capture from devices, files or streams.</summary>
    CaptureUnsupported,
    DeviceMissing,
    DeviceBusy,
    OpenFailed,
    OpenTimedOut,

    /// <summary>The source opened and then stopped delivering.</summary>
    ReadFailed,
}

/// <summary>Precedes the JPEG of every frame.</summary>
/// <param name="Sequence">Counts from 1 for each opening of the device; a gap is a frame that the worker dropped.</param>
/// <param name="Timestamp"><see cref="Stopwatch.GetTimestamp"/> at capture: the machine's monotonic clock, the same in every process.</param>
/// <param name="Sharpness">Variance of the Laplacian of the brightness; NaN where not measured.</param>
/// <param name="Brightness">Mean brightness, 0 to 255; NaN where not measured.</param>
/// <param name="Clipped">Share of the picture that is black or white without shades; NaN where not measured.</param>
/// <param name="Noise">Standard deviation of the brightness's noise; NaN where not measured.</param>
internal readonly record struct FrameHeader(
    long Sequence, long Timestamp, int Width, int Height, float Sharpness, float Brightness, float Clipped, float Noise, FrameFlags Flags)
{
    public const int Length = 44;

    /// <summary>Taken at a time that has been, of a size that a JPEG can have.</summary>
    public bool IsSound => Sequence > 0 && Timestamp >= 0 && Timestamp <= Stopwatch.GetTimestamp() && Width is >= 0 and <= ushort.MaxValue && Height is >= 0 and <= ushort.MaxValue;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Timestamp);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], Width);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], Height);
        BinaryPrimitives.WriteSingleLittleEndian(destination[24..], Sharpness);
        BinaryPrimitives.WriteSingleLittleEndian(destination[28..], Brightness);
        BinaryPrimitives.WriteSingleLittleEndian(destination[32..], Clipped);
        BinaryPrimitives.WriteSingleLittleEndian(destination[36..], Noise);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], (uint)Flags);
    }

    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
        BinaryPrimitives.ReadSingleLittleEndian(source[24..]),
        BinaryPrimitives.ReadSingleLittleEndian(source[28..]),
        BinaryPrimitives.ReadSingleLittleEndian(source[32..]),
        BinaryPrimitives.ReadSingleLittleEndian(source[36..]),
        (FrameFlags)BinaryPrimitives.ReadUInt32LittleEndian(source[40..]));
}

[Flags]
internal enum FrameFlags : uint
{
    None = 0,

    /// <summary>The JPEG is the device's own, not encoded by us.</summary>
    PassedThrough = 1,

    /// <summary>The source has shown different pictures, so one that comes again and again is a fault.</summary>
    Changing = 2,
}
