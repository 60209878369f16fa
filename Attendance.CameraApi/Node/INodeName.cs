namespace Attendance.CameraApi.Node;

/// <summary>This process's right to the name of its node.</summary>
internal interface INodeName
{
    /// <summary>Makes sure of it, before anything in the store that goes by it is touched.</summary>
    /// <exception cref="NodeNameTakenException">Another process that lives has it.</exception>
    Task ClaimAsync(CancellationToken cancellationToken);
}

internal sealed class NodeNameTakenException(string name, Uri? address) : Exception(
    $"'Node:Name' must be unique, and '{name}' is the name of another node that is up{(address is null ? "" : $" at {address}")}. " +
    "Give this one a name of its own, or stop the other.");
