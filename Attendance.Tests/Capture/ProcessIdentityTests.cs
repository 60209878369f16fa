using Attendance.Tests.CameraWorker;
using Xunit;

namespace Attendance.Tests.Capture;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void A_process_identity_is_read_back_as_it_was_written()
    {
        Assert.True(ProcessIdentity.TryParse(ProcessIdentity.Current.ToString(), out var read));
        Assert.Equal(ProcessIdentity.Current, read);
        Assert.True(read.Value.IsAlive);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12:")]
    [InlineData("12:3:4")]
    [InlineData("-1:3")]
    public void A_malformed_process_identity_is_rejected(string? text) => Assert.False(ProcessIdentity.TryParse(text, out _));

    [Fact]
    public void A_process_of_the_same_id_that_started_at_another_time_is_another() =>
        Assert.False((ProcessIdentity.Current with { StartTime = ProcessIdentity.Current.StartTime + 1 }).IsAlive);

    [Fact]
    public async Task An_ended_process_is_not_alive()
    {
        await using var worker = RunningWorker.Start();
        var identity = ProcessIdentity.Of(worker.Id)!.Value;
        Assert.True(identity.IsAlive);

        worker.CloseInput();
        await worker.ExitAsync();

        Assert.False(identity.IsAlive);
    }

    [Fact]
    public void A_name_with_brackets_and_spaces_does_not_confuse_it()
    {
        const string stat = "42 (a) R 1 (b c) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1 18446744073709551615";

        Assert.Equal(new ProcessIdentity(42, 987654), ProcessIdentity.Parse(42, stat));
        Assert.Null(ProcessIdentity.Parse(42, stat.Replace(") S", ") Z", StringComparison.Ordinal)));
    }
}
