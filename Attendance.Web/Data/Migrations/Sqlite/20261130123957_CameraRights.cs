using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Attendance.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class CameraRights : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "account_teams",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    Team = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_account_teams", x => new { x.AccountId, x.Team });
                    table.ForeignKey(
                        name: "FK_account_teams_accounts_AccountId",
                        column: x => x.AccountId,
                        principalTable: "accounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "camera_rules",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Camera = table.Column<string>(type: "TEXT", maxLength: 65, nullable: false),
                    Watch = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    Borrow = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    Publish = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_camera_rules", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_camera_rules_Camera",
                table: "camera_rules",
                column: "Camera",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "account_teams");

            migrationBuilder.DropTable(
                name: "camera_rules");
        }
    }
}
