namespace Attendance.Tests.Browser;

/// <summary>A page's script that puts pictures before the camera of its device.</summary>
internal static class ShownPortraits
{
    /// <summary>Replaces the camera by a grey wall, in front of which <c>show(name)</c> puts <c>/portraits/name</c>, and <c>show('')</c> nobody.</summary>
    public const string Script =
        """
        const shown = document.createElement('canvas');
        [shown.width, shown.height] = [640, 480];
        window.show = async name => {
            window.before = name === '' ? null : await createImageBitmap(await (await fetch(`/portraits/${name}`)).blob());
        };
        setInterval(() => {
            const context = shown.getContext('2d');
            context.fillStyle = '#808080';
            context.fillRect(0, 0, shown.width, shown.height);
            if (window.before) context.drawImage(window.before, 0, 0, shown.width, shown.height);
        }, 40);
        MediaDevices.prototype.getUserMedia = async () => shown.captureStream(20);
        """;
}
