using Attendance.Tests.Faults;
using Xunit;

namespace Attendance.Tests.V4l2;

/// <summary>These tests need real V4L2 devices, which <c>V4l2/vm/boot.sh</c> makes in a virtual machine.</summary>
internal static class V4l2Guest
{
    public const string Suite = "V4l2";

    public static bool IsHere => Environment.GetEnvironmentVariable("ATTENDANCE_V4L2") == "1";

    /// <summary>Before each test.</summary>
    public static async ValueTask ReadyAsync()
    {
        Assert.SkipUnless(IsHere, "It needs real V4L2 devices: run Attendance.Tests/V4l2/vm/boot.sh.");
        await Vivid.AttachAsync();
    }
}

/// <summary>One after the other, on the same two devices; what they measure is of the same table as other faults.</summary>
[CollectionDefinition(V4l2Guest.Suite, DisableParallelization = true)]
public sealed class V4l2Suite : ICollectionFixture<FaultTable>;
