using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Xunit;

namespace Attendance.Tests.Browser;

[Trait("Suite", "Browser")]
public sealed class MjpegTests(ChromiumBrowser chromium) : WebTest
{
    private const string Parts =
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\nX-Fencing-Token: 7\r\nX-Sequence: 1\r\n\r\n--frame\r\n\r\n"
        + "--frame\r\ncontent-type: image/jpeg\r\n\r\nunstated\r\n--frame\r\nContent-Length: 3\r\n\r\nend\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public async Task Frames_are_found_however_the_bytes_arrive(int chunk) =>
        Assert.Equal(["--frame\r\n:7:1", "unstated:NaN:NaN", "end:NaN:NaN"], await ReadAsync(Parts + "--frame--\r\n", chunk));

    [Theory]
    [InlineData("--frame\r\nContent-Length: 100\r\n\r\nhalf")]
    [InlineData("--frame\r\nContent-Le")]
    [InlineData("--frame")]
    [InlineData("")]
    public async Task A_stream_that_stops_in_a_frame_has_ended(string rest) =>
        Assert.Equal(3, (await ReadAsync(Parts + rest, 16)).Length);

    private async Task<string[]> ReadAsync(string text, int chunk)
    {
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Web.Address.ToString());
        return await page.EvaluateAsync<string[]>(
            """
            async ([text, chunk]) => {
                const { readFrames } = await import('/js/camera/mjpeg.js');
                const bytes = new TextEncoder().encode(text);
                const body = new ReadableStream({
                    start(controller) {
                        for (let at = 0; at < bytes.length; at += chunk) controller.enqueue(bytes.slice(at, at + chunk));
                        controller.close();
                    },
                });
                const found = [];
                const response = new Response(body, { headers: { 'Content-Type': 'multipart/x-mixed-replace;boundary=frame' } });
                for await (const frame of readFrames(response)) {
                    found.push(`${await frame.image.text()}:${frame.fencingToken}:${frame.sequence}`);
                }
                return found;
            }
            """, new object[] { text, chunk });
    }
}
