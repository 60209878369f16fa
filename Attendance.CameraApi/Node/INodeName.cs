namespace Attendance.CameraApi.Node;

/// <summary>Claims the name of the node for this process.</summary>
internal interface INodeName
{
    /// <summary>Makes sure that this process has the name, before it touches anything in the store under that name.</summary>
    /// <exception cref="NodeNameTakenException">Another live process has the name.</exception>
    Task ClaimAsync(CancellationToken cancellationToken);
}

internal sealed class NodeNameTakenException(string name, Uri? address) : Exception(
    $"'Node:Name' must be unique, and '{name}' is the name of another node that is up{(address is null ? "" : $" at {address}")}. " +
    "Give this one a name of its own, or stop the other.");
