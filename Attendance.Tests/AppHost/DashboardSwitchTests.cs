using Xunit;

namespace Attendance.Tests.AppHost;

public sealed class DashboardSwitchTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(true, "--Dashboard=true")]
    [InlineData(false, "--Dashboard=false", "--Discovery:Enabled=false")]
    public void The_dashboard_is_there_unless_it_is_not_wanted(bool isWanted, params string[] args) => Assert.Equal(isWanted, DashboardSwitch.IsWanted(args));

    [Fact]
    public void A_value_that_is_neither_stops_the_start() =>
        Assert.Equal("Dashboard is 'perhaps'; it must be true or false.", Assert.Throws<DistributedApplicationException>(() => DashboardSwitch.IsWanted(["--Dashboard=perhaps"])).Message);
}
