using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Sessions;

namespace Attendance.CameraApi.Cluster;

internal static class ClusterRegistration
{
    public static void AddCluster(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpForwarder();
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Error); // NodeForwarder logs its failures itself, in one line
        builder.Services.AddSingleton<NodeSignature>();
        builder.Services.AddSingleton<Peers>();
        builder.Services.AddSingleton<EntrySignature>();
        builder.Services.AddSingleton<NodeStore>();
        builder.Services.AddSingleton<NodeAddress>();
        builder.Services.AddSingleton<ThisNode>();
        builder.Services.AddSingleton<INodeName>(services => services.GetRequiredService<ThisNode>());
        builder.Services.AddSingleton<CameraOwners>();
        builder.Services.AddSingleton<LostNodes>();
        builder.Services.AddSingleton<Isolation>();
        builder.Services.AddSingleton<NodeForwarder>();
        builder.Services.AddSingleton<NodeDirectory>();
        builder.Services.AddSingleton<NodeFanOut>();
        builder.Services.AddSingleton<CameraHistory>();
        builder.Services.AddSingleton<NodeChoice>();
        builder.Services.AddSingleton<SharedCameraForwarding>();
        builder.Services.AddSingleton<LostAlerts>();
        builder.Services.AddSingleton<IPresenceRelays, PresenceRelays>();
        builder.Services.AddSingleton<IFindingSource, NodeFindings>();
        builder.Services.AddSingleton<NodeRegistry>();
        builder.Services.AddHostedService(services => services.GetRequiredService<NodeRegistry>());
    }
}
