using System.Text;
using Attendance.CameraWorker.Network;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>Reads streams of parts, some of them damaged, cut into pieces of several sizes, and asserts that the undamaged pictures come out whole.</summary>
public sealed class PictureReaderTests
{
    private static readonly int[] s_pieces = [1, 7, 97, 4096, 1_000_000];

    private static readonly byte[] s_thumbnail = TestJpegs.Make(16, 16, 5);

    [Theory]
    [InlineData("--frame", "frame")]
    [InlineData("--frame", "--frame")]
    [InlineData("--frame", "\"frame\"")]
    [InlineData("--frame", null)]
    [InlineData("--frame", "")]
    [InlineData("--frame", "another one")]
    [InlineData("frame", "frame")]
    [InlineData("----frame", "--frame")]
    [InlineData("--video boundary--", "video boundary--")]
    [InlineData("--<frame>", "<frame>")]
    [InlineData("--a", "a")]
    public void Boundaries_may_be_written_in_any_way(string line, string? told) =>
        ReadsAll(told, i => Text($"{line}\r\nContent-Type: image/jpeg\r\n\r\n", TestJpegs.Get(i), "\r\n"));

    [Theory]
    [InlineData("--frame\nContent-Length: {0}\n\n", "\n")]
    [InlineData("--frame\r\nContent-Length: {0}\r\n\r\n", "")]
    [InlineData("--frame\r\ncontent-length:{0}\r\n\r\n", "\r\n")]
    [InlineData("--frame\r\nContent-Length: 10\r\n\r\n", "\r\n")]
    [InlineData("--frame\r\nContent-Length: 99999999\r\n\r\n", "\r\n")]
    [InlineData("--frame\r\nContent-Length: 5000\r\n\r\n", "\r\n")]
    [InlineData("--frame\r\nContent-Length: -5\r\n\r\n", "\r\n")]
    [InlineData("--frame\r\nContent-Length: {0}\r\n\r\n\0\0\0\0", "\r\n")]
    [InlineData("", "")]
    [InlineData("Content-Type: image/jpeg\r\n\r\n", "\r\n--frame\r\n")]
    [InlineData("--frame\r\nContent-Length: 0\r\n\r\n\r\n--frame\r\nContent-Type: text/plain\r\n\r\nno signal\r\n--frame\r\n\r\n", "\r\n")]
    public void Heads_lengths_and_line_ends_may_be_wrong(string before, string after) =>
        ReadsAll("frame", i => Text(before.Replace("{0}", TestJpegs.Get(i).Length.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal), TestJpegs.Get(i), after));

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(7)]
    public void A_damaged_picture_is_left_out_and_no_other(int which)
    {
        var damages = new Dictionary<string, Func<byte[], byte[]>>
        {
            ["cut in its head"] = TestJpegs.CutInHead,
            ["cut behind its start"] = jpeg => jpeg[..2],
            ["start and end alone"] = _ => [0xFF, 0xD8, 0xFF, 0xD9],
            ["a wrong length of a segment"] = TestJpegs.WithDamagedLength,
            ["a marker that is none"] = jpeg => [.. jpeg[..2], 0xFF, 0x05, .. jpeg[4..]],
            ["without a frame header"] = jpeg => [.. jpeg[..20], 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3],
            ["zeros"] = jpeg => [.. jpeg[..60], .. new byte[jpeg.Length - 60]],
            ["nothing"] = _ => [],
        };
        foreach (var (name, damage) in damages)
        {
            foreach (var isLengthRight in new[] { true, false })
            {
                byte[] Part(int i)
                {
                    var jpeg = TestJpegs.Get(i);
                    var sent = i == which ? damage(jpeg) : jpeg;
                    return FakeHttpCamera.Part(sent, isLengthRight ? sent.Length : jpeg.Length);
                }

                Reads("frame", Part, [.. Enumerable.Range(0, 10).Where(i => i != which).Select(TestJpegs.Get)], $"{name}, length {isLengthRight}");
            }
        }
    }

    [Fact]
    public void Damage_in_a_stream_without_parts_costs_no_other_picture()
    {
        foreach (var damage in new Func<byte[], byte[]>[] { TestJpegs.CutInHead, TestJpegs.WithDamagedLength, _ => [0xFF, 0xD8, 0xFF, 0xD9], jpeg => [0xFF, 0xD8, .. jpeg[..80]] })
        {
            Reads(null, i => i == 4 ? damage(TestJpegs.Get(i)) : TestJpegs.Get(i), [.. Enumerable.Range(0, 10).Where(i => i != 4).Select(TestJpegs.Get)], "no parts");
        }
    }

    [Fact]
    public void A_picture_that_is_cut_in_its_data_is_left_out_where_others_are_whole() =>
        Reads("frame", i => FakeHttpCamera.Part(i == 4 ? TestJpegs.CutInData(TestJpegs.Get(i)) : TestJpegs.Get(i)), [.. Enumerable.Range(0, 10).Where(i => i != 4).Select(TestJpegs.Get)], "cut");

    [Fact]
    public void A_start_too_many_does_no_harm() => ReadsAll("frame", i => FakeHttpCamera.Part([0xFF, 0xD8, .. TestJpegs.Get(i)]));

    [Theory]
    [InlineData(true, "\r\n")]
    [InlineData(false, "\r\n")]
    [InlineData(false, "")]
    public void Pictures_without_an_end_get_one(bool hasLength, string after) => ReadsAll(
        "frame",
        i => Text(hasLength ? $"--frame\r\nContent-Length: {TestJpegs.Get(i).Length - 2}\r\n\r\n" : "--frame\r\n\r\n", TestJpegs.WithoutEnd(TestJpegs.Get(i)), after));

    [Fact]
    public void Without_parts_the_next_start_is_the_end() => ReadsAll(null, i => TestJpegs.WithoutEnd(TestJpegs.Get(i)));

    [Fact]
    public async Task A_picture_without_an_end_does_not_wait_for_the_next_one_once_lengths_have_been_right()
    {
        var pictures = Enumerable.Range(0, 3).Select(i => FakeHttpCamera.Part(TestJpegs.WithoutEnd(TestJpegs.Get(i)))).ToList();
        var reader = new PictureReader(new Pieces([.. pictures.SelectMany(part => part), .. "--frame\r\n"u8, .. new byte[1]], 4096, isEndless: true), "frame");

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(TestJpegs.Get(i), (await reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)).ToArray());
        }
    }

    [Fact]
    public void What_looks_like_markers_in_segments_is_none()
    {
        Func<byte[], byte[]>[] kinds =
        [
            jpeg => TestJpegs.WithSegment(jpeg, 0xFE, [0xFF, 0xD9, 0xFF, 0xD8, 0xFF]),
            jpeg => TestJpegs.WithSegment(jpeg, 0xE1, s_thumbnail),
            jpeg => TestJpegs.WithSegment(jpeg, 0xFE, "\r\n--frame\r\nContent-Length: 3\r\n\r\n"u8),
            jpeg => [.. jpeg[..2], 0xFF, 0xFF, 0xFF, .. jpeg[2..]],
        ];
        foreach (var kind in kinds)
        {
            Reads("frame", i => FakeHttpCamera.Part(kind(TestJpegs.Get(i))), [.. Enumerable.Range(0, 10).Select(i => kind(TestJpegs.Get(i)))], "segments", pieces: [4096, 1_000_000]);
        }
    }

    [Fact]
    public void What_is_padded_behind_the_picture_is_passed_over() =>
        ReadsAll("frame", i => FakeHttpCamera.Part([.. TestJpegs.Get(i), .. new byte[300], 0xFF, 0xD9]));

    [Fact]
    public void A_second_picture_in_a_part_is_not_shown_between_the_others()
    {
        var read = Read("frame", [.. Enumerable.Range(0, 10).SelectMany(i => FakeHttpCamera.Part([.. TestJpegs.Get(i), .. s_thumbnail]))], 4096);

        Assert.True(read.Count(picture => picture.SequenceEqual(s_thumbnail)) <= 1, "Only the first, before the lengths are known to be right.");
        Assert.Equal(10, read.Count(picture => !picture.SequenceEqual(s_thumbnail)));
    }

    [Fact]
    public void A_picture_that_is_too_long_is_left_out_and_takes_no_more_room()
    {
        var huge = TestJpegs.WithoutEnd(TestJpegs.Get(0));
        byte[] tooLong = [.. huge, .. new byte[CaptureProtocol.MaxJpegLength], 0xFF, 0xD9];

        Reads("frame", i => FakeHttpCamera.Part(i == 1 ? tooLong : TestJpegs.Get(i)), [TestJpegs.Get(0), .. Enumerable.Range(2, 8).Select(TestJpegs.Get)], "too long", pieces: [100_000]);
    }

    [Fact]
    public void Noise_before_a_picture_does_not_hide_the_pictures_after_it()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var noise = new byte[random.Next(5000)];
            random.NextBytes(noise);
            for (var at = 0; at + 4 < noise.Length; at += 1 + random.Next(60))
            {
                (noise[at], noise[at + 1]) = (0xFF, (byte)random.Next(0xC0, 0x100));
            }

            byte[] stream = [.. FakeHttpCamera.Part([0xFF, 0xD8, 0xFF, .. noise]), .. FakeHttpCamera.Part(TestJpegs.Get(1)), .. FakeHttpCamera.Part(TestJpegs.Get(2)), .. FakeHttpCamera.Part(TestJpegs.Get(3))];
            Assert.Contains(Read("frame", stream, 1 + random.Next(4000)), picture => picture.SequenceEqual(TestJpegs.Get(3)));
        }
    }

    private static void ReadsAll(string? boundary, Func<int, byte[]> part) => Reads(boundary, part, [.. Enumerable.Range(0, 10).Select(TestJpegs.Get)], "all");

    private static void Reads(string? boundary, Func<int, byte[]> part, List<byte[]> expected, string what, int[]? pieces = null)
    {
        byte[] stream = [.. Enumerable.Range(0, 10).SelectMany(part)];
        foreach (var piece in pieces ?? s_pieces)
        {
            var read = Read(boundary, stream, piece);
            Assert.True(
                read.Count == expected.Count && read.Zip(expected).All(pair => pair.First.SequenceEqual(pair.Second)),
                $"{what}, in pieces of {piece}: {string.Join(", ", read.Select(picture => expected.FindIndex(other => other.SequenceEqual(picture))))}");
        }
    }

    private static List<byte[]> Read(string? boundary, byte[] stream, int piece)
    {
        var reader = new PictureReader(new Pieces(stream, piece), boundary);
        var read = new List<byte[]>();
        while (reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { IsEmpty: false } picture)
        {
            read.Add(picture.ToArray());
        }

        return read;
    }

    private static byte[] Text(string before, byte[] jpeg, string after) => [.. Encoding.Latin1.GetBytes(before), .. jpeg, .. Encoding.Latin1.GetBytes(after)];

    /// <param name="isEndless">Whether the stream waits at its end, as a connection does.</param>
    private sealed class Pieces(byte[] bytes, int atOnce, bool isEndless = false) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (isEndless && Position == Length)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
        }
    }
}
