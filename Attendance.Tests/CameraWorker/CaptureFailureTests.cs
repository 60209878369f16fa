using Attendance.CameraWorker.Sources;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class CaptureFailureTests
{
    private static readonly CaptureRequest s_request =
        new("door", "rtsp://admin:s3cret@camera/", null, null, null, 80, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

    [Fact]
    public void A_missing_native_library_says_what_to_install()
    {
        var failure = CaptureFailures.From(new TypeInitializationException("OpenCvSharp", new DllNotFoundException()), s_request, opened: false);

        Assert.Equal(CaptureFailureCode.CaptureUnsupported, failure.Code);
        Assert.Contains(OperatingSystem.IsLinux() ? "libgtk-3-0" : "OpenCV", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, nameof(CaptureFailureCode.OpenFailed))]
    [InlineData(true, nameof(CaptureFailureCode.ReadFailed))]
    public void What_a_library_says_is_not_repeated(bool opened, string code)
    {
        var failure = CaptureFailures.From(new InvalidOperationException("cannot open " + s_request.Source), s_request, opened);

        Assert.Equal(code, failure.Code.ToString());
        Assert.DoesNotContain("s3cret", failure.Message, StringComparison.Ordinal);
    }
}
