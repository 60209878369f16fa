using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using Xunit;

namespace Attendance.Tests.Contracts;

/// <summary>Tests the types in which the pages describe camera-api's answers: camera-api sends every member that they declare.</summary>
public sealed partial class PageContractTests
{
    [Theory]
    [InlineData("operations/contract.js", "OpsCamera", typeof(OpsCamera))]
    [InlineData("operations/contract.js", "OpsHolder", typeof(OpsHolder))]
    [InlineData("operations/contract.js", "Alert", typeof(Alert))]
    [InlineData("operations/contract.js", "OpsNode", typeof(OpsNode))]
    [InlineData("operations/contract.js", "TrendPoint", typeof(TrendPoint))]
    [InlineData("operations/contract.js", "AuditEntry", typeof(AuditEntry))]
    [InlineData("operations/contract.js", "HistoryItem", typeof(HistoryItem))]
    [InlineData("operations/contract.js", "DeadLetter", typeof(DeadLetter))]
    [InlineData("camera/api.js", "Lease", typeof(LeaseResponse))]
    [InlineData("camera/api.js", "Camera", typeof(CameraView))]
    public void The_camera_API_sends_every_member_that_a_page_expects(string file, string name, Type sent)
    {
        var script = File.ReadAllText(Repository.PathOf("Attendance.Web", "wwwroot", "js", file));
        var expected = Members().Matches(Regex.Match(script, $@"@typedef \{{object\}} {name}\n(?<members>( \* @property .*\n)+)").Groups["members"].Value)
            .Select(match => match.Groups["name"].Value).ToList();

        Assert.NotEmpty(expected);
        Assert.Subset(sent.GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)).ToHashSet(), expected.ToHashSet());
    }

    [GeneratedRegex(@"@property \{.+?\} \[?(?<name>[a-z0-9_]+)")]
    private static partial Regex Members();
}
