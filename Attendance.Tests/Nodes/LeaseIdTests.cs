using Attendance.CameraApi;
using Xunit;

namespace Attendance.Tests.Nodes;

public sealed class LeaseIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("camera-host.7_b")]
    [InlineData("node-with-a-name-of-sixty-four-characters-as-long-as-it-may-be-0")]
    public void A_lease_id_names_its_node_and_has_the_format_of_ids(string node)
    {
        var leaseId = Identifiers.NewLeaseId(node);

        Assert.True(IdFormats.IsLease(leaseId), leaseId);
        Assert.Equal(node, Identifiers.NodeOfLease(leaseId));
        Assert.NotEqual(leaseId, Identifiers.NewLeaseId(node));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("0123456789012345678901")]
    [InlineData("01234567890123456789012")] // one digit more is no base64url
    [InlineData("0123456789012345678901!!!!")]
    [InlineData("0123456789012345678901Ly4u")] // "/.."
    [InlineData("0123456789012345678901012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678")]
    public void A_made_up_lease_id_names_no_node(string leaseId) => Assert.Null(Identifiers.NodeOfLease(leaseId));
}
