using System.Globalization;
using System.Runtime.InteropServices;
using Attendance.ServiceDefaults;
using Attendance.SessionStore;
using Garnet;

// The default session store: Garnet, a server that speaks the Redis protocol and needs no container engine.
// It listens on the loopback interface only, requires a password, and keeps its data when it is killed: see StoreArguments.
try
{
    var settings = StoreSettings.Read(Environment.GetEnvironmentVariable);
    using var folder = await DataFolder.OpenAsync(settings.DataFolder);
    settings.RequireFreePort();
    using var server = new GarnetServer(StoreArguments.For(settings));
    using var stop = new ManualResetEventSlim();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    ParentProcess.OnGone(stop.Set);

    server.Start();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Listening on 127.0.0.1:{settings.Port}, data in {settings.DataFolder ?? "memory only"}"));
    stop.Wait();
    Console.WriteLine("Stopping");
    return 0;

    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        stop.Set();
    }
}
catch (Exception error)
{
    Console.Error.WriteLine(error.Message);
}

return 1;
