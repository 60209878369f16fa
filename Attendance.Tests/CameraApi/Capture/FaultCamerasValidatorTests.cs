using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

public sealed class FaultCamerasValidatorTests
{
    [Theory]
    [InlineData("Production", null, false)]
    [InlineData("Production", "true", true)]
    [InlineData("Development", null, true)]
    public void A_fault_camera_is_refused_outside_tests_and_the_message_names_the_key(string environment, string? allow, bool isAllowed)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cameras:door:Source"] = "fault:/nowhere", ["Capture:AllowFaultCameras"] = allow,
        });
        builder.AddCameras();
        builder.AddCapture();
        using var services = builder.Services.BuildServiceProvider();
        var validate = services.GetRequiredService<IStartupValidator>().Validate;

        if (isAllowed)
        {
            validate();
        }
        else
        {
            Assert.Contains("Capture:AllowFaultCameras", Assert.Throws<OptionsValidationException>(validate).Message, StringComparison.Ordinal);
        }
    }
}
