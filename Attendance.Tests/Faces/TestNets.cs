using Attendance.Web.Faces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Attendance.Tests.Faces;

internal static class TestNets
{
    public static FaceNets Open(int threads = 1, ModelFiles? files = null, ILogger<FaceNets>? logger = null) =>
        new(Options.Create(new RecognitionOptions { Threads = threads }), files ?? ModelFiles.Installed, logger ?? NullLogger<FaceNets>.Instance);
}
