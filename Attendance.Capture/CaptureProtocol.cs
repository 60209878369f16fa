using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Attendance.Capture;

/// <summary>
/// The protocol between the API and a capture worker. The API writes commands to the worker's standard input, one per line:
/// <c>open {json}</c> once, <c>show {path}</c>, and <c>release</c>. The end of that input means that the API is gone. The worker writes records
/// to its standard output: the length of the payload (u32), the kind (u8), and the payload. Numbers are little-endian.
/// </summary>
internal static class CaptureProtocol
{
    public const string OpenCommand = "open ";
    public const string ReleaseCommand = "release";

    /// <summary>Shows the pictures live: sends them, decoded, to the listener of the socket of this path, for as long as there is one.</summary>
    public const string ShowCommand = "show ";

    public const int RecordHeaderLength = sizeof(uint) + sizeof(byte);

    /// <summary>The longest JPEG, in bytes, that is accepted from the network. The JPEGs of 4K cameras have 1 to 4 MB.</summary>
    public const int MaxJpegLength = 8 * 1024 * 1024;

    /// <summary>The default limit for a decoded picture: 6000 by 4000 pixels. Decoding one of that size takes up to 200 MB.</summary>
    public const int DefaultMaxPixels = 24_000_000;

    /// <summary>The most pictures per second that are passed on from the network.</summary>
    public const int MaxFrameRate = 60;

    /// <summary>
    /// The longest payload, in bytes. No known camera makes a larger JPEG, so a longer payload means that the two sides are out of step.
    /// </summary>
    public const int MaxPayloadLength = 32 * 1024 * 1024;

    /// <summary>Strict options for reading what a worker sends, because a camera may have taken the worker over.</summary>
    private static readonly CaptureJson s_strict = new(new JsonSerializerOptions(CaptureJson.Default.Options)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    });

    public static void WriteRecordHeader(Span<byte> destination, CaptureRecord kind, int payloadLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)payloadLength);
        destination[sizeof(uint)] = (byte)kind;
    }

    /// <exception cref="InvalidDataException">The bytes are not the start of a record.</exception>
    public static (CaptureRecord Kind, int PayloadLength) ReadRecordHeader(ReadOnlySpan<byte> source)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(source);
        var kind = (CaptureRecord)source[sizeof(uint)];
        return length <= MaxPayloadLength && Enum.IsDefined(kind)
            ? (kind, (int)length)
            : throw new InvalidDataException("The capture worker sent something that is not a record.");
    }

    /// <summary>
    /// Reads the next record of a worker: a <see cref="CaptureOpened"/>, <see cref="CapturedFrame"/>, <see cref="CaptureFailure"/> or
    /// <see cref="CaptureTimes"/>.
    /// </summary>
    /// <returns>The record's content, or null at the end of the output.</returns>
    /// <exception cref="InvalidDataException">The output holds something that is none of these.</exception>
    /// <exception cref="EndOfStreamException">The output ends within a payload.</exception>
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
                : throw new InvalidDataException("The capture worker sent an invalid frame."),
            CaptureRecord.Opened => Read(payload, s_strict.CaptureOpened),
            CaptureRecord.Failed => Read(payload, s_strict.CaptureFailure),
            _ => Read(payload, s_strict.CaptureTimes),
        };
    }

    private static T Read<T>(byte[] payload, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? throw new InvalidDataException($"The capture worker sent no {typeof(T).Name}.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The capture worker sent a {typeof(T).Name} that cannot be read.", exception);
        }
    }
}

internal enum CaptureRecord : byte
{
    /// <summary><see cref="CaptureOpened"/> as JSON. Sent once, before the first frame.</summary>
    Opened = 1,

    /// <summary>A <see cref="FrameHeader"/>, followed by the JPEG.</summary>
    Frame = 2,

    /// <summary><see cref="CaptureFailure"/> as JSON. The last record of a worker that gives up.</summary>
    Failed = 3,

    /// <summary><see cref="CaptureTimes"/> as JSON. Sent before <c>Opened</c> and before <c>Failed</c>, if the request named a trace.</summary>
    Times = 4,
}

/// <summary>
/// Tells a worker what to open. It reaches the worker on standard input and never on its command line, because a source may hold credentials.
/// </summary>
/// <param name="TraceParent">The span that the request belongs to, as a W3C <c>traceparent</c>, or null if there is no trace.</param>
/// <param name="MaxPixels">The most pixels of a picture that is decoded. It comes from <c>Capture:MaxPixels</c>.</param>
/// <param name="Certificate">Which certificate the camera may show; null accepts what the system trusts. See <see cref="CertificateSetting"/>.</param>
/// <param name="IsKnownToChange">
/// Whether the source has shown different pictures in this use. If so, a picture that repeats again and again is a fault.
/// </param>
/// <param name="Controls">The values of an attached camera's controls, by their names; null to leave them as they are.</param>
/// <remarks>The defaults are those of parameters, because generated JSON code forgets those of properties.</remarks>
internal sealed record CaptureRequest(
    string CameraId,
    string Source,
    int? Width,
    int? Height,
    double? FrameRate,
    int JpegQuality,
    TimeSpan OpenTimeout,
    TimeSpan ReadTimeout,
    string? TraceParent = null,
    int MaxPixels = CaptureProtocol.DefaultMaxPixels,
    string? Certificate = null,
    bool IsKnownToChange = false,
    IReadOnlyDictionary<string, int>? Controls = null);

/// <summary>
/// The times of a worker's steps, as values of <see cref="Stopwatch.GetTimestamp"/>. They are comparable across processes, because the
/// machine's monotonic clock is the same in every process.
/// </summary>
/// <param name="TraceParent">The <c>traceparent</c> of the request.</param>
/// <param name="Ready">When the process was ready to take commands.</param>
/// <param name="Opened">When the device was open, or null if it never was.</param>
/// <param name="Failed">When the worker gave up, or null if it did not.</param>
internal sealed record CaptureTimes(string TraceParent, long Ready, long? Opened, long? Failed);

/// <param name="FrameRate">Frames per second as the source states them, or 0 if it states none.</param>
/// <param name="Encoding"><c>mjpeg</c> if the device's own JPEG bytes are passed through, otherwise <c>encoded</c>.</param>
internal sealed record CaptureOpened(int Width, int Height, double FrameRate, string Encoding, string Backend);

internal sealed record CaptureFailure(CaptureFailureCode Code, string Message);

internal enum CaptureFailureCode
{
    /// <summary>The native library or the worker's program is missing, so this machine cannot capture from devices, files or streams.</summary>
    CaptureUnsupported,
    DeviceMissing,
    DeviceBusy,
    OpenFailed,
    OpenTimedOut,

    /// <summary>The source opened and then stopped delivering.</summary>
    ReadFailed,
}

/// <summary>One encoded picture. All viewers share it, so its bytes must not be changed.</summary>
internal sealed record CapturedFrame(FrameHeader Header, ReadOnlyMemory<byte> Jpeg);

/// <summary>The header that precedes the JPEG of every frame.</summary>
/// <param name="Sequence">The frame's number, counted from 1 for each opening of the device. A gap means that the worker dropped a frame.</param>
/// <param name="Timestamp">
/// The value of <see cref="Stopwatch.GetTimestamp"/> at capture. The machine's monotonic clock is the same in every process.
/// </param>
/// <param name="Sharpness">Variance of the Laplacian of the brightness, or NaN if not measured.</param>
/// <param name="Brightness">Mean brightness, 0 to 255, or NaN if not measured.</param>
/// <param name="Clipped">Share of the picture that is black or white without shades, or NaN if not measured.</param>
/// <param name="Noise">Standard deviation of the noise in the brightness, or NaN if not measured.</param>
internal readonly record struct FrameHeader(
    long Sequence, long Timestamp, int Width, int Height, float Sharpness, float Brightness, float Clipped, float Noise, FrameFlags Flags)
{
    public const int Length = 44;

    /// <summary>
    /// Whether the header is plausible: its number is positive, its time is not in the future, and its size is one that a JPEG can have.
    /// </summary>
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

    /// <summary>The JPEG is the device's own; the worker did not encode it.</summary>
    PassedThrough = 1,

    /// <summary>The source has shown different pictures. A picture that repeats again and again is therefore a fault.</summary>
    Changing = 2,
}
