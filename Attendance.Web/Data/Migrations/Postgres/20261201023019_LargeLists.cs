using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Attendance.Web.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class LargeLists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_people_SortKey",
                table: "people");

            migrationBuilder.CreateIndex(
                name: "IX_people_Group_SortKey_Id",
                table: "people",
                columns: new[] { "Group", "SortKey", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_people_SortKey_Id",
                table: "people",
                columns: new[] { "SortKey", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_memberships_GroupId_From",
                table: "memberships",
                columns: new[] { "GroupId", "From" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_people_Group_SortKey_Id",
                table: "people");

            migrationBuilder.DropIndex(
                name: "IX_people_SortKey_Id",
                table: "people");

            migrationBuilder.DropIndex(
                name: "IX_memberships_GroupId_From",
                table: "memberships");

            migrationBuilder.CreateIndex(
                name: "IX_people_SortKey",
                table: "people",
                column: "SortKey");
        }
    }
}
