using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Microsoft.Playwright;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>Replaces this device's camera. The test decides who is in front of it.</summary>
internal static class ActingCamera
{
    private const string Script =
        """
        const shown = document.createElement('canvas');
        [shown.width, shown.height] = [640, 480];
        window.show = async name => {
            const answer = await fetch(`/rendered/${name}.jpg`);
            window.before = name === 'nobody' ? null : await createImageBitmap(await answer.blob());
            const video = document.querySelector('video');
            for (let i = 0; i < 4 && video?.readyState >= 2; i++) { // until the page has it: a hidden one is given none
                await Promise.race([new Promise(seen => video.requestVideoFrameCallback(seen)), new Promise(late => setTimeout(late, 500))]);
            }
        };
        setInterval(() => {
            const context = shown.getContext('2d');
            context.fillStyle = '#b0bab0';
            context.fillRect(0, 0, shown.width, shown.height);
            if (window.before) context.drawImage(window.before, 0, 0, shown.width, shown.height);
        }, 40);
        MediaDevices.prototype.getUserMedia = async () => shown.captureStream(20);
        """;

    public static async Task ReplaceAsync(IBrowserContext window)
    {
        await window.AddInitScriptAsync(Script);
        await window.RouteAsync("**/rendered/*.jpg", route => route.FulfillAsync(new()
        {
            ContentType = "image/jpeg", BodyBytes = Picture(new Uri(route.Request.Url).Segments[^1].Split('.')[0]),
        }));
    }

    /// <param name="what">A pose, or what is wrong with the picture.</param>
    public static Task ShowAsync(IPage page, string what) => page.EvaluateAsync("what => show(what)", what);

    public static byte[] Picture(string what) => what switch
    {
        "dark" => TestFaces.Jpeg(Pose.Front, light: 0.25),
        "blurred" => TestFaces.Jpeg(Pose.Front, blur: 6),
        "far" => TestFaces.Jpeg(Pose.Front, scale: 0.4),
        "two" => TestFaces.Jpeg(Pose.Front, scale: 0.7, faces: 2),
        "nobody" => TestFaces.Jpeg(Pose.Front, faces: 0),
        _ => TestFaces.Jpeg(Enum.Parse<Pose>(what, ignoreCase: true)),
    };
}
