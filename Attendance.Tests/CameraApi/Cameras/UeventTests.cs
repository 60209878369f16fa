using System.Text;
using Attendance.CameraApi.Cameras.Discovery;
using Xunit;

namespace Attendance.Tests.CameraApi.Cameras;

public sealed class UeventTests
{
    private const string Properties = "ACTION=add\0DEVPATH=/devices/platform/vivid.0/video4linux/video0\0SUBSYSTEM=video4linux\0MAJOR=81\0MINOR=0\0DEVNAME=video0\0SEQNUM=1234\0";

    [Fact]
    public void The_kernels_own_message_is_understood() =>
        Assert.Equal(new Uevent("add", "video4linux"), Parse("add@/devices/platform/vivid.0/video4linux/video0\0" + Properties));

    [Fact]
    public void Udevs_message_is_understood() => Assert.Equal(new Uevent("add", "video4linux"), Uevent.TryParse(Udev(Properties)));

    [Fact]
    public void A_message_may_end_without_a_zero() => Assert.Equal(new Uevent("remove", "usb"), Parse("remove@/x\0ACTION=remove\0SUBSYSTEM=usb"));

    [Fact]
    public void A_message_that_does_not_say_of_which_subsystem_is_of_none() => Assert.Equal(new Uevent("change", ""), Parse("change@/x\0ACTION=change\0"));

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("add@/devices/x")]
    [InlineData("ACTION=add\0SUBSYSTEM=video4linux\0")]
    [InlineData("libudev\0")]
    [InlineData("libudev\0 and what is no header at all, however long it is")]
    public void What_is_no_message_is_none(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData(16, uint.MaxValue)]
    [InlineData(20, uint.MaxValue)]
    [InlineData(16, 41u)]
    public void A_header_that_leads_outside_is_no_header(int at, uint value)
    {
        var message = Udev(Properties);
        BitConverter.TryWriteBytes(message.AsSpan(at), value);
        Assert.Null(Uevent.TryParse(message));
    }

    [Fact]
    public void No_bytes_whatever_throw()
    {
        var random = new Random(7);
        for (var run = 0; run < 2000; run++)
        {
            var message = run % 2 == 0 ? Udev(Properties) : Encoding.UTF8.GetBytes("add@/x\0" + Properties);
            for (var changes = random.Next(1, 8); changes > 0; changes--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            _ = Uevent.TryParse(message.AsSpan(0, random.Next(message.Length + 1)));
        }
    }

    [Fact]
    public async Task Where_there_is_a_socket_for_them_it_waits_until_it_is_told_to_stop()
    {
        using var signals = UeventSignals.TryOpen("no such subsystem");
        Assert.SkipWhen(signals is null, "The kernel's events cannot be had here.");
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signals.WaitAsync(stop.Token).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    private static Uevent? Parse(string text) => Uevent.TryParse(Encoding.UTF8.GetBytes(text));

    private static byte[] Udev(string properties)
    {
        const int header = 40;
        var message = new byte[header + properties.Length];
        "libudev\0"u8.CopyTo(message);
        new byte[] { 0xFE, 0xED, 0xCA, 0xFE }.CopyTo(message, 8);
        BitConverter.TryWriteBytes(message.AsSpan(12), header);
        BitConverter.TryWriteBytes(message.AsSpan(16), header);
        BitConverter.TryWriteBytes(message.AsSpan(20), properties.Length);
        Encoding.UTF8.GetBytes(properties).CopyTo(message, header);
        return message;
    }
}
