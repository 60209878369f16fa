using System.IO.Pipelines;
using System.Text;
using Attendance.Web.Forwarding;
using Xunit;

namespace Attendance.Tests.Doors;

public sealed class MotionJpegReaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_come_one_after_the_other_with_their_tokens_until_the_end()
    {
        var reader = Reader(Part("one", 7) + Part("line\r\n--x\r\n", 8));

        Assert.Equal(("one", 7L), await NextAsync(reader));
        Assert.Equal(("line\r\n--x\r\n", 8L), await NextAsync(reader));
        Assert.Null(await reader.NextAsync(Cancel));
    }

    [Fact]
    public async Task A_picture_is_there_before_the_next_part_begins()
    {
        var pipe = new Pipe();
        var reader = new MotionJpegReader(pipe.Reader.AsStream());
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes("--x\r\nContent-Length: 3\r\n\r\none"), Cancel);

        Assert.Equal(("one", null), await NextAsync(reader).WaitAsync(TimeSpan.FromSeconds(10), Cancel));
    }

    [Fact]
    public async Task A_picture_that_is_too_large_is_passed_over()
    {
        var reader = Reader(Part(new string('x', MotionJpegReader.LargestPicture + 1), 7) + Part("two", 7));

        Assert.Equal(("two", 7L), await NextAsync(reader));
    }

    [Fact]
    public async Task A_stream_that_is_cut_off_in_a_picture_or_in_a_head_just_ends()
    {
        Assert.Null(await Reader("--x\r\nContent-Length: 9\r\n\r\nhalf").NextAsync(Cancel));
        Assert.Null(await Reader("--x\r\nContent-Le").NextAsync(Cancel));
        Assert.Null(await Reader("").NextAsync(Cancel));
    }

    [Theory]
    [InlineData("<html>\r\n")]
    [InlineData("--x\r\nContent-Type: image/jpeg\r\n\r\n")]
    [InlineData("--x\r\nContent-Length: -3\r\n\r\n")]
    [InlineData("--x\r\nContent-Length: 99999999999\r\n\r\n")]
    public async Task An_answer_that_is_no_camera_stream_is_refused(string text) => await Assert.ThrowsAsync<InvalidDataException>(() => Reader(text).NextAsync(Cancel));

    [Fact]
    public async Task A_head_without_an_end_is_refused_before_it_fills_the_memory()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Reader("--" + new string('x', 100_000)).NextAsync(Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => Reader("--x\r\n" + string.Concat(Enumerable.Repeat("X-Y: z\r\n", 10_000))).NextAsync(Cancel));
    }

    private static string Part(string picture, long token) => $"--x\r\nContent-Type: image/jpeg\r\nContent-Length: {picture.Length}\r\nX-Fencing-Token: {token}\r\n\r\n{picture}\r\n";

    private static MotionJpegReader Reader(string text) => new(new MemoryStream(Encoding.ASCII.GetBytes(text)));

    private static async Task<(string Picture, long? Token)> NextAsync(MotionJpegReader reader) =>
        await reader.NextAsync(Cancel) is { } next ? (Encoding.ASCII.GetString(next.Jpeg), next.FencingToken) : ("", null);
}
