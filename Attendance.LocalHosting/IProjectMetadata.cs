namespace Attendance.LocalHosting;

/// <summary>A project that the AppHost runs. The build writes one implementation for each, in the namespace <c>Projects</c>.</summary>
public interface IProjectMetadata
{
    string ProjectPath { get; }

    /// <summary>The built assembly. It is run as it is, without <c>dotnet run</c> and its build in between.</summary>
    string TargetPath { get; }
}
